using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
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
        if (roles.Stable is { ServedSince: null } unserved && situation.IsServed)
            roles = roles with { Stable = unserved with { ServedSince = now } };
        if (roles.Stable is { IsGuarded: true } && BakePlan.Next(roles, RolloutArms.BakesAgainst(roles), situation, now) is { } baked)
            return baked;
        if (roles.Candidate is null)
            return new(roles);
        if (roles.Stable is null)
            return First(roles, situation, now);
        roles = Observed(roles, situation, now);
        var candidate = roles.Candidate!;
        if (Harm(candidate, situation) is { } harm)
            return Reject(roles, harm, now);
        if (candidate.IsArm && Unconfirmed(candidate, situation) is { } words)
            return Withhold(roles, roles with { Candidate = candidate with { Rollout = Without(candidate.Rollout, words) } }, candidate, words);
        // Where it is may not be what the spec will ask for: neither further nor back.
        if (situation.SpecProblem is { } unmet)
            return new(roles, Waits: unmet);
        if (candidate.Rollout.Withheld is { } withheld)
            return Withheld(roles, candidate, withheld, situation, now);
        return candidate.State == RevisionState.AtStep
            ? StepPlan.Next(roles, candidate, situation, now)
            : PlacementPlan.Next(roles, candidate, situation, now);
    }

    /// <summary>Why traffic has to be taken away from a revision for good; null when nothing says so.</summary>
    public static Problem? Harm(Revision revision, RolloutSituation situation)
    {
        if (situation.Directives.Aborts(revision))
            return new(RolloutReasons.Aborted, "A directive aborts it.");
        if (situation.TableRefusal is { } refusal)
            return new(RolloutReasons.TableRefused, $"A router refuses the routing table with it: {refusal}");
        if (situation.Trip is { IsCandidates: not false } trip)
            return new(Tripped(trip.Limit), $"A router took its traffic away (limit \"{trip.Limit}\"): {trip.Observed}.");
        return situation.Analysis is { Verdict: Verdict.Fail, Deciding: { } metric }
            ? new(MetricTypes.Of(metric.Type).Reason, $"Metric \"{metric.Name}\": {metric.Message}")
            : null;
    }

    /// <summary>Why traffic has to be taken away until people decide; null when nothing says so, or it has been.</summary>
    public static string? Unconfirmed(Revision revision, RolloutSituation situation) => revision.Rollout.Withheld is null && situation.Trip is { IsCandidates: false } trip
        ? $"A router took its traffic away (limit \"{trip.Limit}\"): {trip.Observed}. Whether the other revision would have done better is not known"
        : null;

    /// <summary>No traffic and no comparison, for the rest of this try.</summary>
    public static RolloutState Without(RolloutState state, string words) =>
        state with { TrafficPermille = 0, MirrorPermille = 0, Epoch = state.Epoch + 1, Withheld = words };

    public static RolloutOutcome Withhold(RevisionRoles before, RevisionRoles after, Revision revision, string words) =>
        new(after, new(DecisionKind.Withheld, revision.Name, RolloutReasons.HardLimitUnconfirmed, $"{words}."), Waits: Decide(revision, words), IsOverdue: before.Stable is not null);

    public static Problem Decide(Revision revision, string words)
    {
        var (retry, abort) = (Directives.Ask(DirectiveAction.Retry, revision.Try + 1), Directives.Ask(DirectiveAction.Abort, revision.Try));
        var keep = IsPromotedNow(revision)
            ? $"{Directives.Ask(DirectiveAction.Approve, revision.Try, StepSpec.Bake)} ends its bake"
            : $"{Directives.Ask(DirectiveAction.PromoteNow, revision.Try)} {(revision.Role == RevisionRole.Stable ? "ends its bake" : "promotes it")}";
        return new(
            RolloutReasons.HardLimitUnconfirmed,
            $"{words}. It gets nothing until a directive decides: {retry} tries it again, {keep}, {abort} rejects it; or change the spec.");
    }

    /// <summary>Whether a directive `PromoteNow` about it has had its effect.</summary>
    public static bool IsPromotedNow(Revision revision) => revision.Role == RevisionRole.Stable && revision.Verdict?.Reason == RolloutReasons.PromotedNow;

    public static RolloutOutcome Reject(RevisionRoles roles, Problem why, DateTimeOffset now)
    {
        var candidate = roles.Candidate!;
        var verdict = new RevisionVerdict(RevisionVerdictKind.Rejected, why.Reason, why.Message, now, candidate.Try);
        return new(RevisionPlan.Reject(roles, verdict, now), new(DecisionKind.Rejected, candidate.Name, why.Reason, why.Message));
    }

    public static RolloutOutcome Promote(RevisionRoles roles, RolloutSituation situation, string reason, string message, TimeSpan bake, DateTimeOffset now)
    {
        var candidate = roles.Candidate!;
        var verdict = new RevisionVerdict(RevisionVerdictKind.Promoted, reason, message, now, candidate.Try);
        return new(
            RevisionPlan.Promote(roles, verdict, bake, situation.Spec.BakeHoldbackPermille, now),
            new(DecisionKind.Promoted, candidate.Name, reason, $"{message}{EndedBake(roles)}"));
    }

    /// <summary>What the next candidate says of the bake that ends with it, whatever its analysis says; empty where nothing bakes.</summary>
    public static string EndedBake(RevisionRoles roles) => roles.Stable is { IsGuarded: true } stable ? $" The bake of revision {stable.Name} ends with it." : "";

    public static bool IsOver(DateTimeOffset? since, int seconds, DateTimeOffset now) => since is { } start && now - start > TimeSpan.FromSeconds(seconds);

    private static RevisionRoles Observed(RevisionRoles roles, RolloutSituation situation, DateTimeOffset now)
    {
        var candidate = roles.Candidate!;
        candidate = candidate with { Rollout = Health.Observe(candidate.Rollout, situation.Placement, now) };
        // Before it is placed, nothing waits for routers.
        if (candidate.IsArm || situation.Placement is null)
            candidate = Convergence.Observe(candidate, situation, now);
        return roles with { Candidate = candidate };
    }

    private static RolloutOutcome Withheld(RevisionRoles roles, Revision candidate, string words, RolloutSituation situation, DateTimeOffset now)
    {
        if (situation.Directives.Retries(candidate.Name, candidate.Try))
        {
            return new(
                roles with { Candidate = RevisionPlan.TryAgain(candidate, now) },
                new(DecisionKind.Retried, candidate.Name, RolloutReasons.HardLimitUnconfirmed, "A directive begins another try."),
                StepPlan.NotFollowed());
        }

        if (!situation.Directives.Promotes(candidate) || situation.Placement is not null || !situation.Acknowledged)
            return new(roles, Waits: Decide(candidate, words), IsOverdue: true);
        // Routers give nothing more to a try in which a limit tripped, so that it goes on as another one.
        var again = candidate with { Rollout = candidate.Rollout with { Attempt = candidate.Rollout.Attempt + 1 } };
        return Promote(
            roles with { Candidate = again }, situation, RolloutReasons.PromotedNow, "A directive promotes it in spite of a hard limit.", TimeSpan.FromSeconds(situation.Spec.BakeSeconds), now);
    }

    // Nothing could serve instead: it is tried for as long as it takes, and answers as soon as it can.
    private static RolloutOutcome First(RevisionRoles roles, RolloutSituation situation, DateTimeOffset now) => (situation.SpecProblem ?? situation.Placement) is { } problem
        ? new(roles, Waits: problem, IsOverdue: IsOver(roles.Candidate!.CandidateSince, situation.Spec.ProgressDeadlineSeconds, now))
        : Promote(roles, situation, RolloutReasons.FirstRevision, "It is the first one.", TimeSpan.Zero, now);

    private static string Tripped(string limit) => limit is BuiltInLimit.InvalidScores or BuiltInLimit.ConstantScores ? limit : RolloutReasons.HardLimitExceeded;
}
