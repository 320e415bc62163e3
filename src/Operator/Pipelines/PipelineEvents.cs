using Rerank.Operator.Api;
using Rerank.Operator.Events;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>What changed between two statuses that is worth telling.</summary>
internal static class PipelineEvents
{
    // What passes by itself, such as a model that is loading, is no news.
    private static readonly string[] Passing =
    [
        Reasons.PodsNotReady, Reasons.RoutersNotReady, Reasons.ModelLoading, Reasons.PoolNotReachable, Reasons.AdminUnreachable, Reasons.Switching,
        Reasons.RolloutInProgress,
        // Told as a decision already.
        Reasons.RolledBack,
    ];

    /// <summary>What the operator has decided.</summary>
    public static StateEvent Of(RolloutDecision decision) => decision.Kind switch
    {
        DecisionKind.Promoted => Normal("RevisionPromoted", "Promote", $"Revision {decision.Revision} is the stable one. {decision.Message}"),
        DecisionKind.Rejected => new(IsWarning: true, "RevisionRejected", "Rollback", $"Revision {decision.Revision} gets no more traffic ({decision.Reason}). {decision.Message}"),
        DecisionKind.Returned => new(IsWarning: true, "RevisionReturned", "Rollback", $"Revision {decision.Revision} did not stand its bake. {decision.Message}"),
        DecisionKind.Baked => Normal("RevisionBaked", "Promote", $"Revision {decision.Revision} stays. {decision.Message}"),
        DecisionKind.Withheld => new(IsWarning: true, "TrafficWithheld", "Rollback", $"Revision {decision.Revision} gets no traffic until a directive decides. {decision.Message}"),
        DecisionKind.Released => new(IsWarning: true, decision.Reason, "Rollback", $"Revision {decision.Revision}: {decision.Message}"),
        _ => Normal(decision.What, "Rollout", $"Revision {decision.Revision}: {decision.Message}"),
    };

    public static IEnumerable<StateEvent> Between(RerankPipelineStatus? before, RerankPipelineStatus after)
    {
        if (after.Candidate is { } candidate && candidate.Revision != before?.Candidate?.Revision)
            yield return Normal("CandidatePlaced", "Place", $"Revision {candidate.Revision} is being placed.");
        if (Changed(before, after, "Available") is { } available && (before is not null || available.Status == ConditionStatus.True))
            yield return Of("Available", available, available.Status != ConditionStatus.True);
        if (NewTrouble(before, after) is { } trouble)
            yield return new(IsWarning: true, trouble.Reason, "Place", trouble.Message);
        if (Changed(before, after, "Stalled") is { Status: ConditionStatus.True } stalled)
            yield return new(IsWarning: true, stalled.Reason, "Place", stalled.Message);
    }

    private static Condition? NewTrouble(RerankPipelineStatus? before, RerankPipelineStatus after)
    {
        var ready = Find(after, "Ready");
        return ready is { Status: ConditionStatus.False } && Find(before, "Ready")?.Reason != ready.Reason
            && !Passing.Contains(ready.Reason)
            ? ready
            : null;
    }

    private static Condition? Changed(RerankPipelineStatus? before, RerankPipelineStatus after, string type) =>
        Find(after, type) is { } condition && condition.Status != Find(before, type)?.Status ? condition : null;

    private static Condition? Find(RerankPipelineStatus? status, string type) => status?.Conditions.FirstOrDefault(c => c.Type == type);

    private static StateEvent Of(string name, Condition condition, bool isWarning) =>
        new(isWarning, isWarning ? $"Not{name}" : name, "Serve", condition.Message);

    private static StateEvent Normal(string reason, string action, string note) => new(IsWarning: false, reason, action, note);
}
