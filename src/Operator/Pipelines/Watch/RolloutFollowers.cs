using Rerank.Operator.Analysis.Prometheus;
using Rerank.Operator.Api;
using Rerank.Operator.Pipelines.Revisions;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Runtime;
using Rerank.Operator.Telemetry;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>Who goes along with rollouts between reconciles: the watch over routers, metrics, sources. None of them decides anything.</summary>
internal sealed class RolloutFollowers(CandidateWatch watch, RolloutMetrics metrics, PrometheusLooks prometheus)
{
    public void Follow(Observation observed, PipelinePlan plan, string token)
    {
        var key = ObjectKey.Of(observed.Pipeline);
        if (End(observed, plan) is var (outcome, reason))
            metrics.Ended(key, outcome, reason);

        if (RolloutArms.Of(plan.Roles) is not { Judged: { } judged } arms)
        {
            watch.Forget(key);
            metrics.Clear(key);
            return;
        }

        var routers = observed.Pods.Select(p => p.Router?.Address).OfType<Uri>().ToList();
        watch.Follow(new(key, judged.Name, judged.Rollout.Attempt, routers, token));
        metrics.Observe(key, judged.Name, arms.TrafficPermille, judged.Name == plan.Rollout.Judgement.Arms?.Judged?.Name ? plan.Rollout.Situation.Analysis : null);
    }

    public void Forget(RerankPipeline pipeline)
    {
        var key = ObjectKey.Of(pipeline);
        watch.Forget(key);
        metrics.Forget(key);
        prometheus.Forget(key);
    }

    private static (Telemetry.RolloutOutcome Outcome, string Reason)? End(Observation observed, PipelinePlan plan) => plan.Rollout.Decision switch
    {
        { Kind: DecisionKind.Promoted } promoted => (Telemetry.RolloutOutcome.Promoted, promoted.Reason),
        { Kind: DecisionKind.Rejected } rejected => (Telemetry.RolloutOutcome.RolledBack, rejected.Reason),
        _ when observed.Revisions.Any(r => r.Role == RevisionRole.Candidate && r.Name != plan.Roles.Candidate?.Name && r.Name != plan.Roles.Stable?.Name) =>
            (Telemetry.RolloutOutcome.Replaced, "SpecChanged"),
        _ => null,
    };
}
