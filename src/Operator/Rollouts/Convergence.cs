using Rerank.Operator.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>Routers that don't follow what was asked for: the rollout waits for them, and says after a while that somebody has to help.</summary>
internal static class Convergence
{
    private const int Named = 5;

    /// <summary>Takes one look in.</summary>
    public static Revision Observe(Revision revision, RolloutSituation situation, DateTimeOffset now)
    {
        var since = situation.Acknowledged ? null : revision.Rollout.NotFollowedSince is { } before && before <= now ? before : (DateTimeOffset?)now;
        return since == revision.Rollout.NotFollowedSince ? revision : revision with { Rollout = revision.Rollout with { NotFollowedSince = since } };
    }

    /// <summary>It isn't rejected for it: a router that can't be reached says nothing about the candidate.</summary>
    public static RolloutOutcome Wait(RevisionRoles roles, RolloutState state, RolloutSituation situation, DateTimeOffset now)
    {
        var seconds = situation.Spec.ProgressDeadlineSeconds;
        if (!RolloutPlan.IsOver(state.NotFollowedSince, seconds, now))
            return new(roles, Waits: StepPlan.NotFollowed());
        var refusal = situation.RefusalInWords is { } words ? $"{words.TrimEnd('.')}. " : "";
        var names = situation.Behind.Count == 0 ? "No router is ready" : $"Not followed by: {string.Join(", ", situation.Behind.Take(Named))}";
        return new(
            roles,
            Waits: new(RolloutReasons.RouterNotFollowing, $"Not every ready router has followed the routing table for {seconds} s. {names}. {refusal}Restart those pods, or see why the operator can't reach them."),
            IsOverdue: true);
    }
}
