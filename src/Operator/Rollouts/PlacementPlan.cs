using Rerank.Operator.Pipelines.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>A candidate gets nothing until all that it needs is up; then it begins its first step, or takes over where nothing asks for steps.</summary>
internal static class PlacementPlan
{
    public static RolloutOutcome Next(
        RevisionRoles roles, Revision candidate, RolloutSituation situation, DateTimeOffset now)
    {
        var spec = situation.Spec;
        if (situation.Placement is { } problem)
        {
            return RolloutPlan.IsOver(candidate.CandidateSince, spec.ProgressDeadlineSeconds, now)
                ? RolloutPlan.Reject(
                    roles,
                    new(RolloutReasons.ProgressDeadlineExceeded, $"It was not placed within {spec.ProgressDeadlineSeconds} s ({problem.Reason}): {problem.Message}"),
                    now)
                : new(roles, Waits: problem);
        }

        if (situation.Directives.Pauses(candidate.Name))
            return new(roles, Waits: StepPlan.Paused("It is placed, and a directive pauses it before its first step."));
        if (IsRecent(roles, candidate, spec.FastRollbackRevisions))
            return RolloutPlan.Promote(roles, RolloutReasons.FastRollback, "It was stable not long ago.", TimeSpan.Zero, now);

        var bake = TimeSpan.FromSeconds(spec.BakeSeconds);
        if (situation.Directives.Promotes(candidate.Name))
            return RolloutPlan.Promote(roles, RolloutReasons.PromotedNow, "A directive promotes it without steps.", bake, now);
        if (spec.Steps.Count == 0)
            return RolloutPlan.Promote(roles, RolloutReasons.NoSteps, "It is placed, and the rollout has no steps.", bake, now);
        return situation.Acknowledged
            ? StepPlan.Begin(roles, candidate, spec.Steps[0])
            : new(roles, Waits: StepPlan.NotFollowed());
    }

    // Whatever was rejected since is not among them.
    private static bool IsRecent(RevisionRoles roles, Revision candidate, int count) =>
        candidate is { StableSince: not null, Verdict: not { Verdict: RevisionVerdictKind.Rejected } }
        && roles.All
            .Where(r => r.StableSince is not null && r.Name != roles.Stable?.Name && !r.IsRejected)
            .OrderByDescending(r => r.StableSince)
            .Take(count)
            .Any(r => r.Name == candidate.Name);
}
