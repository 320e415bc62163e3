using Rerank.Operator.Api;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Pipelines;

/// <summary>When to look at a pipeline again, if nothing is seen to change before: what goes on inside of processes, no watch tells.</summary>
internal static class Pace
{
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitingLong = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Bearable = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Somebody has to do something first.</summary>
    public static TimeSpan Blocked { get; } = TimeSpan.FromSeconds(15);

    public static TimeSpan Of(RerankPipelineStatus status, PipelinePlan plan, RerankPipeline pipeline, DateTimeOffset now)
    {
        var pace = Regular(status, plan, now);
        // What is judged must be judged soon; and after a decision there is more to do.
        if (plan.Rollout.Judgement.Arms?.Judged is { } judged && pace > Watching(judged, now))
            pace = Watching(judged, now);
        if (plan.Rollout.Decision is not null)
            pace = Waiting;
        var retention = TimeSpan.FromSeconds(pipeline.Spec.Rollout.RetainStableSeconds);
        foreach (var end in plan.Roles.Retained.Select(r => r.RetiredAt + retention - now).OfType<TimeSpan>())
            pace = end < pace ? end : pace;
        return pace < Waiting ? Waiting : pace;
    }

    private static TimeSpan Watching(Revision judged, DateTimeOffset now) =>
        now - (judged.Rollout.StepSince ?? judged.StableSince) > Patience ? Bearable : Waiting;

    private static TimeSpan Regular(RerankPipelineStatus status, PipelinePlan plan, DateTimeOffset now)
    {
        if (status.Conditions.Any(c => c is { Type: "Ready", Status: ConditionStatus.True }))
            return Steady;
        var since = plan.Roles.Candidate?.CandidateSince ?? plan.Roles.Stable?.StableSince;
        return since is null ? Blocked : now - since < Patience ? Waiting : WaitingLong;
    }
}
