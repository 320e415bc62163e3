using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// Pods that only rejected revisions use wait for every router to have left them, but not for ever: one that is ready to its node and says nothing to the operator must not
/// hold GPUs that nobody uses.
/// </summary>
internal static class Capacity
{
    private const int Named = 5;

    /// <returns>The roles, with since when nothing is heard; and what needn't be waited for any longer.</returns>
    public static (RevisionRoles Roles, IReadOnlyList<RolloutDecision> Released) Watch(RevisionRoles roles, Observation observed, int deadlineSeconds, DateTimeOffset now)
    {
        if (!roles.Retained.Any(r => r.State == RevisionState.Rejected))
            return (roles, []);
        var retained = roles.Retained.Select(r => r.State == RevisionState.Rejected ? Watched(r, observed, now) : r).ToList();
        var released = retained.Where(r => RolloutPlan.IsOver(r.Rollout.SilentSince, deadlineSeconds, now)).Select(r => Released(r, observed, deadlineSeconds)).ToList();
        return (retained.SequenceEqual(roles.Retained) ? roles : roles with { Retained = retained }, released);
    }

    // Since the last time that one of them said that it had not left it. All have left it: then nothing is waited for.
    private static Revision Watched(Revision revision, Observation observed, DateTimeOffset now)
    {
        var isSilent = !Acknowledgement.HasLeft(observed, revision.Name) && Acknowledgement.HasLeftButForSilent(observed, revision.Name);
        var since = !isSilent ? null : revision.Rollout.SilentSince is { } before && before <= now ? before : (DateTimeOffset?)now;
        return since == revision.Rollout.SilentSince ? revision : revision with { Rollout = revision.Rollout with { SilentSince = since } };
    }

    private static RolloutDecision Released(Revision revision, Observation observed, int deadlineSeconds) => new(
        DecisionKind.Released,
        revision.Name,
        RolloutReasons.RouterNotFollowing,
        $"What only it used is removed, although {string.Join(", ", Acknowledgement.Behind(observed).Take(Named))} has not said that it left it: nothing was heard from there for {deadlineSeconds} s.");
}
