using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Rollouts;

/// <summary>All that the next step of a rollout is decided by, besides the revisions.</summary>
internal sealed record RolloutSituation
{
    public required RolloutSpec Spec { get; init; }

    /// <summary>Why the spec can't be met; null when it can.</summary>
    public Problem? SpecProblem { get; init; }

    /// <summary>What keeps the candidate from being used; null when all that it needs is up, or there is none.</summary>
    public Problem? Placement { get; init; }

    /// <summary>Whether every ready router has in force what the revisions ask for now, and there is one.</summary>
    public required bool Acknowledged { get; init; }

    /// <summary>Whether a router that gets requests follows a table that gives some to the stable revision.</summary>
    public bool IsServed { get; init; }

    /// <summary>Whether no router is ready, and all of them that answer, at least one, have it in force: then there is nobody else to wait for, and nobody who could be harmed.</summary>
    public bool IsFollowedOutOfService { get; init; }

    /// <summary>The ready routers that don't follow, by name.</summary>
    public IReadOnlyList<string> Behind { get; init; } = [];

    /// <summary>What a router said that refuses the table because of the revision that is judged; null when none does.</summary>
    public string? TableRefusal { get; init; }

    /// <summary>Which router refuses the table, and how, for whatever reason; null when none does.</summary>
    public string? RefusalInWords { get; init; }

    public required Evidence Evidence { get; init; }

    public required AnalysisResult Analysis { get; init; }

    /// <summary>That a router took the traffic away by itself.</summary>
    public Trip? Trip { get; init; }

    public Directives Directives => new(Spec.Directives);

    /// <summary>Whether what takes over without steps may: routers are known to take a table with it.</summary>
    public bool IsKnownToRouters => Acknowledged || IsFollowedOutOfService;
}
