using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Runtime;
using Rerank.Operator.Sources.Prometheus;
using Rerank.Operator.Telemetry;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>Who goes along with rollouts between reconciles: their guard, metrics, sources.</summary>
internal sealed class RolloutFollowers(Guard guard, RolloutMetrics metrics, PrometheusLooks prometheus)
{
    /// <summary>What is known before anything is written is enough to guard what is judged already.</summary>
    /// <param name="roles">As they are stored.</param>
    public void Guard(Observation observed, RevisionRoles roles, AdminToken token)
    {
        if (GuardedTrial.Of(observed, roles, token) is { } trial)
            guard.Follow(ObjectKey.Of(observed.Pipeline), trial);
    }

    /// <param name="isStored">Whether all that was planned has been written.</param>
    public void Follow(Observation observed, PipelinePlan plan, AdminToken token, bool isStored)
    {
        var key = ObjectKey.Of(observed.Pipeline);
        if (End(observed, plan) is var (outcome, reason))
            metrics.Ended(key, outcome, reason);

        if (RolloutArms.Of(plan.Roles) is not { Judged: { } judged } arms)
        {
            guard.Forget(key);
            metrics.Clear(key);
            return;
        }

        Guard(isStored ? observed with { Documents = observed.Documents with { Table = plan.Documents.Table } } : observed, plan.Roles, token);
        metrics.Observe(key, judged.Name, arms.TrafficPermille, judged.Name == plan.Rollout.Judgement.Arms?.Judged?.Name ? plan.Rollout.Situation.Analysis : null);
    }

    public void Forget(RerankPipeline pipeline)
    {
        var key = ObjectKey.Of(pipeline);
        guard.Forget(key);
        metrics.Forget(key);
        prometheus.Forget(key);
    }

    private static (RolloutResult Outcome, string Reason)? End(Observation observed, PipelinePlan plan) => plan.Rollout.Decision switch
    {
        { Kind: DecisionKind.Promoted } promoted => (RolloutResult.Promoted, promoted.Reason),
        { Kind: DecisionKind.Rejected } rejected => (RolloutResult.RolledBack, rejected.Reason),
        _ when observed.Revisions.Any(r => r.Role == RevisionRole.Candidate && r.Name != plan.Roles.Candidate?.Name && r.Name != plan.Roles.Stable?.Name) =>
            (RolloutResult.Replaced, "SpecChanged"),
        _ => null,
    };
}
