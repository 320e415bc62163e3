using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Status;
using static Rerank.Operator.Api.ConditionStatus;

namespace Rerank.Operator.Pipelines;

/// <summary>What the pipeline's status says. Nothing is decided by it: it can be wiped at any time.</summary>
internal sealed class PipelineStatusPlan(Observation observed, PipelinePlan plan, ManifestContext context, string? address, DateTimeOffset now)
{
    private readonly RerankPipelineStatus? _previous = observed.Pipeline.Status;
    private readonly PlacementCheck _check = new(observed, plan.Layout, context);

    /// <param name="blocker">What kept this reconcile from going on at all.</param>
    public RerankPipelineStatus Build(Problem? blocker = null)
    {
        var trouble = blocker ?? observed.Desired.Problem ?? plan.CandidateProblem ?? StableTrouble();
        var stalled = trouble is not null && IsOverdue();
        return new()
        {
            ObservedGeneration = Generation,
            Address = plan.Roles.Stable is null ? null : address,
            Stable = plan.Roles.Stable is not { } stable ? null : new() { Revision = stable.Name, TrafficPermille = 1000, SinceTime = Seconds(stable.StableSince) },
            Candidate = plan.Roles.Candidate is not { } candidate ? null : new() { Revision = candidate.Name, SinceTime = Seconds(candidate.CandidateSince) },
            Router = Router(),
            Conditions = Conditions.Merge(
                _previous?.Conditions, [Available(), Ready(trouble), Reconciling(trouble, stalled), Stalled(trouble, stalled), Omitted()], Generation, now),
        };
    }

    private long Generation => observed.Pipeline.Metadata.Generation ?? 0;

    private static DateTime? Seconds(DateTimeOffset? time) => time is { } value ? Conditions.Seconds(value) : null;

    private RouterAcknowledgement Router()
    {
        var generation = plan.Documents.Table?.Generation ?? 0;
        var ready = observed.Routers.Where(p => p.IsReady).ToList();
        return new()
        {
            ConfigGeneration = generation,
            ReadyReplicas = ready.Count,
            AcknowledgedReplicas = generation == 0 ? 0 : observed.Routers.Count(p => p.Router?.Status?.Generation == generation),
        };
    }

    private Problem? StableTrouble() => plan.Roles.Stable is { } stable
        ? _check.Hosts(stable.Snapshot) ?? _check.Routers(plan.Documents.Table)
        : null;

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

    private string Unaffected() => plan.Roles.Stable is { } stable && (plan.Roles.Candidate is not null || observed.Desired.Problem is not null)
        ? $" Revision {stable.Name} goes on answering."
        : "";

    private static DesiredCondition Reconciling(Problem? trouble, bool stalled) => trouble is not null && !stalled
        ? DesiredCondition.Of("Reconciling", True, trouble)
        : new("Reconciling", False, stalled ? Reasons.ProgressDeadlineExceeded : Reasons.Settled, stalled ? "See condition Stalled." : "Nothing is under way.");

    private DesiredCondition Stalled(Problem? trouble, bool stalled) => stalled && trouble is not null
        ? new(
            "Stalled",
            True,
            Reasons.ProgressDeadlineExceeded,
            $"No success within {observed.Pipeline.Spec.Rollout.ProgressDeadlineSeconds} s ({trouble.Reason}): {trouble.Message} It is still being tried.")
        : new("Stalled", False, Reasons.Progressing, "No deadline has passed.");

    private bool IsOverdue()
    {
        var deadline = TimeSpan.FromSeconds(observed.Pipeline.Spec.Rollout.ProgressDeadlineSeconds);
        if (plan.Roles.Candidate?.CandidateSince is { } since)
            return now - since > deadline;
        // Without a candidate, such as when a model is missing, the conditions are the only record of when it began.
        var before = _previous?.Conditions;
        return before?.FirstOrDefault(c => c.Type == "Stalled") is { Status: True } stalled && stalled.ObservedGeneration == Generation
            || (before?.FirstOrDefault(c => c.Type == "Reconciling") is { Status: True } begun && now.UtcDateTime - begun.LastTransitionTime > deadline);
    }

    private DesiredCondition Omitted()
    {
        const string Type = "ResourcesOmitted";
        var omitted = new List<string>();
        if (!observed.Apis.PodDisruptionBudgets)
            omitted.Add("PodDisruptionBudgets (policy/v1)");
        var scaled = observed.Pipeline.Spec.Tiers.Where(t => t.Model?.Replicas is { } replicas && replicas.Max > replicas.Min).Select(t => t.Name).ToList();
        if (!observed.Apis.Autoscalers && scaled.Count > 0)
            omitted.Add($"HorizontalPodAutoscalers (autoscaling/v2): tiers {string.Join(", ", scaled)} stay at `replicas.min`");
        return omitted.Count == 0
            ? new(Type, False, Reasons.NothingOmitted, "Everything has been made.")
            : new(Type, True, Reasons.ApiNotServed, $"This cluster doesn't serve the API of: {string.Join("; ", omitted)}.");
    }
}
