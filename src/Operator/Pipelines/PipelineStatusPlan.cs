using k8s.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Pipelines.Engines;
using Rerank.Operator.Status;
using static Rerank.Operator.Api.ConditionStatus;

namespace Rerank.Operator.Pipelines;

/// <summary>What the pipeline's status says. Nothing is decided by it: it can be wiped at any time.</summary>
internal sealed class PipelineStatusPlan(Observation observed, PipelinePlan plan, ManifestContext context, string? address, DateTimeOffset now)
{
    private readonly RerankPipelineStatus? _previous = observed.Pipeline.Status;
    private readonly PlacementCheck _check = new(observed, plan.Layout, context);
    private readonly RolloutStatusPlan _rollout = new(observed, plan);

    /// <param name="blocker">What kept this reconcile from going on at all.</param>
    public RerankPipelineStatus Build(Problem? blocker = null)
    {
        var stable = StableTrouble();
        var trouble = blocker ?? observed.Desired.Problem ?? Unlisted() ?? plan.Rollout.Waits ?? _rollout.RolledBack() ?? stable;
        var stalled = trouble is not null && (plan.Rollout.IsOverdue || trouble.Reason == Reasons.RolledBack || IsOverdue());
        return new()
        {
            ObservedGeneration = Generation,
            Address = plan.Roles.Stable is null ? null : address,
            Stable = _rollout.Stable(),
            Candidate = _rollout.Candidate(),
            Router = Router(),
            Engine = EngineStatusPlan.Of(plan.Roles.Stable),
            Analysis = _rollout.Analysis(),
            Rejected = _rollout.Rejected(),
            Conditions = Conditions.Merge(
                _previous?.Conditions,
                [
                    Available(),
                    Ready(trouble),
                    Reconciling(trouble, stalled),
                    Stalled(trouble, stalled),
                    _rollout.CandidateHealthy(),
                    TrafficConverged(),
                    Degraded(stable),
                    _rollout.DirectivesIgnored(),
                    EngineStatusPlan.Condition(observed.Engine, plan.Roles.All),
                    Omitted(),
                ],
                Generation,
                now),
        };
    }

    private long Generation => observed.Pipeline.Metadata.Generation ?? 0;

    private RouterAcknowledgement Router()
    {
        var generation = plan.Documents.Table?.Generation ?? 0;
        var ready = observed.Routers.Where(p => p.IsReady).ToList();
        return new()
        {
            ConfigGeneration = generation,
            ReadyReplicas = ready.Count,
            AcknowledgedReplicas = generation == 0 ? 0 : observed.Routers.Count(p => Acknowledgement.Follows(p, generation)),
        };
    }

    private Problem? StableTrouble() => plan.Roles.Stable is { } stable
        ? _check.Hosts(stable.Snapshot) ?? _check.Routers(plan.Documents.Table)
        : null;

    private Problem? Unlisted()
    {
        var needed = observed.Apis.Unlisted.Where(kind => kind.Key != V2HorizontalPodAutoscaler.KubeKind || LayoutPlan.AutoscaledTiers(observed.Pipeline.Spec).Any()).ToList();
        return needed.Count == 0
            ? null
            : new(
                Reasons.Forbidden,
                $"The operator can't list {string.Join(" and ", needed.Select(kind => $"{kind.Key} objects ({kind.Value.TrimEnd('.')})"))}, and leaves them as they are. Check its role.");
    }

    private DesiredCondition Available()
    {
        const string Type = "Available";
        if (plan.Roles.Stable is not { } stable)
            return new(Type, False, Reasons.NoStableRevision, "No revision has been placed completely yet; condition Ready says what is missing.");
        var serving = observed.Routers.Where(p => p.IsReady && p.Router?.Status is { Generation: > 0 }).ToList();
        if (serving.Count == 0)
            return DesiredCondition.Of(Type, False, _check.Routers(plan.Documents.Table) ?? new(Reasons.RoutersNotReady, "No router pod is ready."));
        return serving.Any(p => CanAnswer(p.Router!.Status!))
            ? new(Type, True, Reasons.Serving, $"Ready routers: {serving.Count}. The stable revision is {stable.Name}.")
            : DesiredCondition.Of(Type, False, _check.Hosts(stable.Snapshot) ?? new(Reasons.PoolNotReachable, "Routers reach no pod that could score."));
    }

    // As the routers' failure policy has it: some need every tier, some need one, some need none.
    private bool CanAnswer(RouterStatus router)
    {
        if (plan.Documents.Table?.Stable is not { } arm)
            return false;
        var tiers = arm.Tiers.Where(t => t.Model is not null).Select(t => router.Clusters.Any(c => c.Name == t.Model!.Cluster && c.AvailableDestinations > 0));
        return arm.Policy.FailurePolicy switch
        {
            FailurePolicy.InputOrder => true,
            FailurePolicy.ServeLowerTier => tiers.Any(reached => reached),
            _ => tiers.All(reached => reached),
        };
    }

    private DesiredCondition Ready(Problem? trouble) => trouble is null
        ? new("Ready", True, Reasons.SpecServing, $"Revision {plan.Roles.Stable?.Name} is what the spec asks for, and answers.")
        : DesiredCondition.Of("Ready", False, trouble with { Message = $"{trouble.Message}{Unaffected()}" });

    private string Unaffected() => (plan.Roles.Stable, plan.Roles.Candidate) switch
    {
        ({ } stable, { Rollout.TrafficPermille: > 0 } candidate) when observed.Desired.Problem is not null =>
            $" Revision {stable.Name} goes on answering, and candidate {candidate.Name} stays at step \"{candidate.Rollout.Step}\" meanwhile.",
        ({ } stable, { Rollout.TrafficPermille: 0 }) => $" Revision {stable.Name} goes on answering.",
        ({ } stable, _) when observed.Desired.Problem is not null => $" Revision {stable.Name} goes on answering.",
        _ => "",
    };

    private static DesiredCondition Reconciling(Problem? trouble, bool stalled) => trouble is not null && !stalled
        ? DesiredCondition.Of("Reconciling", True, trouble)
        : new(
            "Reconciling",
            False,
            stalled ? trouble!.Reason == Reasons.RolledBack ? Reasons.RolledBack : Reasons.ProgressDeadlineExceeded : Reasons.Settled,
            stalled ? "See condition Stalled." : "Nothing is under way.");

    private DesiredCondition Stalled(Problem? trouble, bool stalled)
    {
        const string Type = "Stalled";
        if (!stalled || trouble is null)
            return new(Type, False, Reasons.Progressing, "No deadline has passed.");
        return plan.Rollout.Waits is { } waits && plan.Roles.Stable is not null || trouble.Reason == Reasons.RolledBack
            ? DesiredCondition.Of(Type, True, trouble)
            : new(
                Type,
                True,
                Reasons.ProgressDeadlineExceeded,
                $"No success within {observed.Pipeline.Spec.Rollout.ProgressDeadlineSeconds} s ({trouble.Reason}): {trouble.Message} It is still being tried.");
    }

    // Without a candidate, or when what the spec asks for can't be one, such as when a model is missing, the conditions are the only record of when it began.
    private bool IsOverdue()
    {
        if (plan.Roles.Candidate is not null && observed.Desired.Problem is null)
            return false;
        var deadline = TimeSpan.FromSeconds(observed.Pipeline.Spec.Rollout.ProgressDeadlineSeconds);
        var before = _previous?.Conditions;
        return before?.FirstOrDefault(c => c.Type == "Stalled") is { Status: True } stalled && stalled.ObservedGeneration == Generation
            || (before?.FirstOrDefault(c => c.Type == "Reconciling") is { Status: True } begun && now.UtcDateTime - begun.LastTransitionTime > deadline);
    }

    private DesiredCondition TrafficConverged()
    {
        const string Type = "TrafficConverged";
        if (plan.Documents.Table is not { } table)
            return new(Type, False, Reasons.NoStableRevision, "There is nothing to route to yet.");
        var ready = observed.Routers.Where(p => p.IsReady).ToList();
        var behind = ready.Where(p => !Acknowledgement.Follows(p, table.Generation)).Select(p => p.Name).ToList();
        if (ready.Count == 0)
            return new(Type, False, Reasons.RoutersNotReady, "No router pod is ready.");
        return behind.Count == 0
            ? new(Type, True, Reasons.Converged, "Every ready router follows the weights.")
            : new(Type, False, Reasons.Switching, $"Not yet at routing table {table.Generation}: {string.Join(", ", behind.Take(5))}.");
    }

    private static DesiredCondition Degraded(Problem? stable) => stable is null
        ? new("Degraded", False, Reasons.Healthy, "Everything that serves is as it should be.")
        : DesiredCondition.Of("Degraded", True, stable);

    private DesiredCondition Omitted()
    {
        const string Type = "ResourcesOmitted";
        var omitted = new List<string>();
        if (!observed.Apis.PodDisruptionBudgets)
            omitted.Add("PodDisruptionBudgets (policy/v1)");
        var scaled = LayoutPlan.AutoscaledTiers(observed.Pipeline.Spec).Select(t => t.Name).ToList();
        if (!observed.Apis.Autoscalers && scaled.Count > 0)
            omitted.Add($"HorizontalPodAutoscalers (autoscaling/v2): tiers {string.Join(", ", scaled)} stay at `replicas.min`");
        return omitted.Count == 0
            ? new(Type, False, Reasons.NothingOmitted, "Everything has been made.")
            : new(Type, True, Reasons.ApiNotServed, $"This cluster doesn't serve the API of: {string.Join("; ", omitted)}.");
    }
}
