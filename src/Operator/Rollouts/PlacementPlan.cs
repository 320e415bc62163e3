using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Rollouts;

/// <summary>A candidate gets nothing until all that it needs is up; then it begins its first step, or takes over where nothing asks for steps.</summary>
internal static class PlacementPlan
{
    public static RolloutOutcome Next(
        RevisionRoles roles, Revision candidate, RolloutSituation situation, DateTimeOffset now)
    {
        var (spec, state) = (situation.Spec, candidate.Rollout);
        if (situation.Placement is { } problem)
        {
            // Once it was up, only being down counts.
            var start = state.PlacedSince is null ? candidate.CandidateSince : state.UnhealthySince;
            return Health.IsOver(state, problem, start, spec.ProgressDeadlineSeconds, now)
                ? RolloutPlan.Reject(roles, Late(problem, state.PlacedSince is null, spec.ProgressDeadlineSeconds), now)
                : new(roles, Waits: problem);
        }

        if (situation.Directives.Pauses(candidate))
            return new(roles, Waits: StepPlan.Paused("It is placed, and a directive pauses it before its first step."));
        if (roles.Stable is { IsUnserved: true })
            return RolloutPlan.Promote(roles, situation, RolloutReasons.NeverServed, "No router has followed the revision before it, so that nothing could serve instead.", TimeSpan.Zero, now);
        if (TakesOver(roles, candidate, situation) is not var (reason, message, bake))
            return situation.Acknowledged ? StepPlan.Begin(roles, candidate, spec.Steps[0], now) : Convergence.Wait(roles, state, situation, now);
        if (!situation.IsKnownToRouters)
            return Convergence.Wait(roles, state, situation, now);
        // What stands by in a bake is in the table already, and what has served was: going back to it is immediate.
        return candidate.State == RevisionState.Introducing || candidate.ServedSince is not null || RolloutArms.BakesAgainst(roles)?.Name == candidate.Name
            ? RolloutPlan.Promote(roles, situation, reason, message, TimeSpan.FromSeconds(bake), now)
            : new(Introduced(roles, candidate, now), Waits: StepPlan.NotFollowed());
    }

    /// <summary>Why it needs no steps; null when it does.</summary>
    private static (string Reason, string Message, int BakeSeconds)? TakesOver(RevisionRoles roles, Revision candidate, RolloutSituation situation)
    {
        var spec = situation.Spec;
        if (IsRecent(roles, candidate, spec.FastRollbackRevisions))
            return (RolloutReasons.FastRollback, "It was stable not long ago.", 0);
        if (situation.Directives.Promotes(candidate))
            return (RolloutReasons.PromotedNow, "A directive promotes it without steps.", spec.BakeSeconds);
        return spec.Steps.Count == 0 ? (RolloutReasons.NoSteps, "It is placed, and the rollout has no steps.", spec.BakeSeconds) : null;
    }

    private static RevisionRoles Introduced(RevisionRoles roles, Revision candidate, DateTimeOffset now) => RevisionPlan.EndBake(roles, now) with
    {
        Candidate = candidate.Enter(RevisionState.Introducing, now) with
        {
            Rollout = candidate.Rollout with { TrafficPermille = 0, MirrorPermille = 0, Epoch = candidate.Rollout.Epoch + 1, NotFollowedSince = now },
        },
    };

    private static Problem Late(Problem problem, bool isFirst, int seconds) => new(
        RolloutReasons.ProgressDeadlineExceeded,
        $"{(isFirst ? "It was not placed within" : "It was placed, and then not healthy for")} {seconds} s ({problem.Reason}): {problem.Message}");

    // Whatever was rejected since is not among them.
    private static bool IsRecent(RevisionRoles roles, Revision candidate, int count) =>
        candidate is { StableSince: not null, Verdict: not { Verdict: RevisionVerdictKind.Rejected } }
        && roles.All
            .Where(r => r.StableSince is not null && r.Name != roles.Stable?.Name && !r.IsRejected)
            .OrderByDescending(r => r.StableSince)
            .Take(count)
            .Any(r => r.Name == candidate.Name);
}
