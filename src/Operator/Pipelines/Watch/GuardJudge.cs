using Rerank.Operator.Analysis;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>Judges between two reconciles by what a reconcile judges by.</summary>
internal static class GuardJudge
{
    /// <returns>Why traffic has to be taken away at once, null when nothing says so; and all that is known by now.</returns>
    public static (Problem? Harm, EvidenceLedger? Ledger) Judge(Observation observed, RevisionRoles roles, Revision judged, DateTimeOffset now)
    {
        var judgement = Judging.Of(observed, roles, now);
        var situation = new RolloutSituation
        {
            Spec = observed.Pipeline.Spec.Rollout,
            // Only asked before traffic is given.
            Acknowledged = false,
            Evidence = judgement.Evidence,
            Analysis = judgement.Analysis,
            Trip = judgement.Trip,
        };
        // What is only withheld gets nothing either, until somebody decides.
        var harm = RolloutPlan.Harm(judged, situation)
            ?? (RolloutPlan.Unconfirmed(judged, situation) is { } words ? new Problem(RolloutReasons.HardLimitUnconfirmed, words) : null);
        return (harm, judgement.Ledger);
    }
}
