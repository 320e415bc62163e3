using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Status;

namespace Rerank.Operator.Rollouts;

/// <summary>All that the next step of a rollout is decided by, besides the revisions.</summary>
internal sealed record RolloutSituation
{
    public required RolloutSpec Spec { get; init; }

    /// <summary>What keeps the candidate from being used; null when all that it needs is up, or there is none.</summary>
    public Problem? Placement { get; init; }

    /// <summary>Whether every ready router has in force what the revisions ask for now, and there is one.</summary>
    public required bool Acknowledged { get; init; }

    public required Evidence Evidence { get; init; }

    public required AnalysisResult Analysis { get; init; }

    /// <summary>That a router took the traffic away by itself.</summary>
    public Trip? Trip { get; init; }

    public Directives Directives => new(Spec.Directives);
}
