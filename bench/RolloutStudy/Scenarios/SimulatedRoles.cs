using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;

namespace Rerank.RolloutStudy.Scenarios;

/// <summary>The revisions of a simulated rollout: all that they need is up, and routers follow at once.</summary>
internal static class SimulatedRoles
{
    /// <param name="name">Makes the candidate another one: its name is in the hash of keys.</param>
    public static RevisionRoles Begin(string name, DateTimeOffset now) => new(
        Of("stable", RevisionState.Stable, 1) with { StableSince = now.AddDays(-1), ServedSince = now.AddDays(-1) }, Of($"candidate-{name}", RevisionState.Placing, 2) with { CandidateSince = now }, [], []);

    public static RolloutSituation Situation(RolloutSpec spec, EvidenceLedger ledger, AnalysisResult analysis) => new()
    {
        Spec = spec,
        Acknowledged = true,
        IsServed = true,
        Evidence = Counts(ledger),
        Analysis = analysis,
        Trip = ledger.Trip(),
    };

    /// <summary>All that a plan asks of evidence. The judge adds up everything, histograms too; to do so again would take a sixth of a rollout's time.</summary>
    private static Evidence Counts(EvidenceLedger ledger) => Evidence.None with
    {
        Candidate = ArmEvidence.None with { Requests = ledger.Processes.Values.Sum(process => process.Status.Candidate.Requests) },
        Shadow = ShadowEvidence.None with { Pairs = ledger.Processes.Values.Sum(process => process.Status.Shadow.Pairs) },
    };

    public static (Ending How, string Reason)? EndOf(RolloutDecision decision, bool bakes, bool hasBake) => decision.Kind switch
    {
        DecisionKind.Rejected => (bakes ? Ending.Returned : Ending.RolledBack, decision.Reason),
        DecisionKind.Promoted when !hasBake => (Ending.Promoted, decision.Reason),
        DecisionKind.Baked => (Ending.Promoted, decision.Reason),
        DecisionKind.Withheld => (Ending.Withheld, decision.Reason),
        _ => null,
    };

    private static Revision Of(string name, RevisionState state, long sequence) => new()
    {
        Name = name,
        State = state,
        Sequence = sequence,
        Snapshot = new() { Policy = new(), Tiers = [] },
    };
}
