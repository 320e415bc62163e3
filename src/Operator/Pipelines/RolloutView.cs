using Rerank.Operator.Rollouts;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>How the rollout stands after a plan, for whoever reports it.</summary>
internal sealed record RolloutView
{
    public required RolloutSituation Situation { get; init; }

    public required Judgement Judgement { get; init; }

    public RolloutDecision? Decision { get; init; }

    /// <summary>What the candidate waits for; null when there is none.</summary>
    public Problem? Waits { get; init; }

    /// <summary>Whether it has waited for too long, and needs help.</summary>
    public bool IsOverdue { get; init; }

    /// <summary>To write; null when the one that is there will do.</summary>
    public StoredReport? Report { get; init; }
}
