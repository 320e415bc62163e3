using Rerank.Operator.Pipelines.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Rollouts;

/// <summary>
/// What becomes of a rollout next. Pure, one transition at a time, and always in this order: what takes traffic away, whatever the rollout waits for;
/// then deadlines; then what gives more.
/// </summary>
internal static class RolloutPlan
{
    public static RolloutOutcome Next(RevisionRoles roles, RolloutSituation situation, DateTimeOffset now)
    {
        if (roles.Stable?.Rollout.BakesAgainst is not null && BakePlan.Next(roles, RolloutArms.BakesAgainst(roles), situation, now) is { } baked)
            return baked;
        if (roles.Candidate is not { } candidate)
            return new(roles);
        if (roles.Stable is null)
            return First(roles, situation, now);
        if (Harm(candidate, situation) is { } harm)
            return Reject(roles, harm, now);
        return candidate.Rollout.Step is null
            ? PlacementPlan.Next(roles, candidate, situation, now)
            : StepPlan.Next(roles, candidate, situation, now);
    }

    /// <summary>Why traffic has to be taken away from a revision at once; null when nothing says so.</summary>
    public static Problem? Harm(Revision revision, RolloutSituation situation)
    {
        if (situation.Directives.Aborts(revision.Name))
            return new(RolloutReasons.Aborted, "A directive aborts it.");
        if (situation.Trip is { } trip)
            return new(RolloutReasons.Tripped(trip.Limit), $"A router took its traffic away (limit \"{trip.Limit}\"): {trip.Observed}.");
        return situation.Analysis is { Verdict: Api.Verdict.Fail, Deciding: { } metric }
            ? new(RolloutReasons.Regression(metric.Type), $"Metric \"{metric.Name}\": {metric.Message}")
            : null;
    }

    public static RolloutOutcome Reject(RevisionRoles roles, Problem why, DateTimeOffset now)
    {
        var candidate = roles.Candidate!;
        var verdict = new RevisionVerdict(RevisionVerdictKind.Rejected, why.Reason, why.Message, now, candidate.Try);
        return new(RevisionPlan.Reject(roles, verdict, now), new("Rejected", candidate.Name, why.Reason, why.Message));
    }

    public static RolloutOutcome Promote(RevisionRoles roles, string reason, string message, TimeSpan bake, DateTimeOffset now)
    {
        var candidate = roles.Candidate!;
        var verdict = new RevisionVerdict(RevisionVerdictKind.Promoted, reason, message, now, candidate.Try);
        return new(RevisionPlan.Promote(roles, verdict, bake, now), new("Promoted", candidate.Name, reason, message));
    }

    // Nothing could serve instead: it is tried for as long as it takes, and answers as soon as it can.
    private static RolloutOutcome First(RevisionRoles roles, RolloutSituation situation, DateTimeOffset now) => situation.Placement is { } problem
        ? new(roles, Waits: problem, IsOverdue: IsOver(roles.Candidate!.CandidateSince, situation.Spec.ProgressDeadlineSeconds, now))
        : Promote(roles, RolloutReasons.FirstRevision, "It is the first one.", TimeSpan.Zero, now);

    public static bool IsOver(DateTimeOffset? since, int seconds, DateTimeOffset now) => since is { } start && now - start > TimeSpan.FromSeconds(seconds);
}
