using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Rollouts;

/// <summary>After a promotion: the guards stay armed, and what was replaced stands by with a small share of the requests, so that there is something to compare with.</summary>
internal static class BakePlan
{
    /// <param name="replaced">Null when it isn't there any more, so that there is nothing to return to.</param>
    /// <returns>Null when there is nothing to decide.</returns>
    public static RolloutOutcome? Next(RevisionRoles roles, Revision? replaced, RolloutSituation situation, DateTimeOffset now)
    {
        var before = roles.Stable!;
        if (replaced is null)
            return new(RevisionPlan.EndBake(roles, now));

        // Its traffic is gone since the verdict was stored. Only then the pointer moves: whatever happens in between, the verdict is not lost.
        if (before.State == RevisionState.Returning)
            return new(RevisionPlan.Return(roles, replaced, now), new(DecisionKind.Returned, before.Name, before.Verdict!.Reason, $"Revision {replaced.Name} is the stable one again."));

        var stable = Convergence.Observe(before, situation, now);
        roles = roles with { Stable = stable };
        if (RolloutPlan.Harm(stable, situation) is { } harm)
            return Reject(roles, harm, now);
        // Nobody waits for a bake of what doesn't serve.
        if (stable.ServedSince is null && roles.Candidate is not null)
            return Unserved(roles, replaced, now);
        if (RolloutPlan.Unconfirmed(stable, situation) is { } words)
            return RolloutPlan.Withhold(roles, roles with { Stable = stable with { Rollout = RolloutPlan.Without(stable.Rollout, words) } }, stable, words);
        if (stable.Rollout.Withheld is { } withheld)
            return Withheld(roles, withheld, situation, now);
        return Weighted(roles, situation, now) ?? End(roles, situation, now) ?? (stable != before ? new(roles) : null);
    }

    private static RolloutOutcome Reject(RevisionRoles roles, Problem why, DateTimeOffset now)
    {
        var stable = roles.Stable!;
        var verdict = new RevisionVerdict(RevisionVerdictKind.Rejected, why.Reason, why.Message, now, stable.Try);
        return new(roles with { Stable = stable.Enter(RevisionState.Returning, now) with { Verdict = verdict } }, new(DecisionKind.Rejected, stable.Name, why.Reason, why.Message));
    }

    private static RolloutOutcome Unserved(RevisionRoles roles, Revision replaced, DateTimeOffset now)
    {
        // It was stable by name only, so that going back to it is no going back.
        var never = roles.Stable! with { StableSince = null };
        return new(
            RevisionPlan.Return(roles with { Stable = never }, replaced, now),
            new(DecisionKind.Returned, never.Name, RolloutReasons.NeverServed, $"No router has followed it, and the spec asks for another one: revision {replaced.Name} is the stable one again."));
    }

    private static RolloutOutcome Withheld(RevisionRoles roles, string words, RolloutSituation situation, DateTimeOffset now)
    {
        var (stable, spec) = (roles.Stable!, situation.Spec);
        if (roles.Candidate is not null)
            return Reject(roles, new(RolloutReasons.HardLimitUnconfirmed, $"{words}, and the spec asks for another one."), now);
        if (situation.Directives.Retries(stable.Name, stable.Try))
        {
            var again = stable.Enter(RevisionState.Baking, now) with
            {
                Try = stable.Try + 1,
                Rollout = stable.Rollout with
                {
                    Attempt = stable.Rollout.Attempt + 1,
                    Epoch = stable.Rollout.Epoch + 1,
                    TrafficPermille = RolloutArms.All - spec.BakeHoldbackPermille,
                    TrafficSince = now,
                    BakesUntil = now + TimeSpan.FromSeconds(spec.BakeSeconds),
                    NotFollowedSince = now,
                    Withheld = null,
                },
            };
            return new(roles with { Stable = again }, new(DecisionKind.Retried, stable.Name, RolloutReasons.HardLimitUnconfirmed, "A directive begins another try: its bake begins anew."));
        }

        // That a bake may end is said in advance too, and then not of a limit that trips: it counts only where `PromoteNow` has had its effect.
        var isKept = RolloutPlan.IsPromotedNow(stable) ? situation.Directives.Approves(stable, StepSpec.Bake) : situation.Directives.Promotes(stable);
        return isKept && situation.Acknowledged
            ? Baked(roles, RolloutPlan.IsPromotedNow(stable) ? RolloutReasons.Approved : RolloutReasons.PromotedNow, "A directive ends its bake in spite of a hard limit.", now)
            : new(roles, Waits: RolloutPlan.Decide(stable, words), IsOverdue: true);
    }

    /// <summary>Nothing bakes longer than it may, neither when that was shortened, nor when a clock was set back; and the share that is held back is the spec's.</summary>
    private static RolloutOutcome? Weighted(RevisionRoles roles, RolloutSituation situation, DateTimeOffset now)
    {
        var state = roles.Stable!.Rollout;
        var weight = RolloutArms.All - situation.Spec.BakeHoldbackPermille;
        var latest = now + TimeSpan.FromSeconds(situation.Spec.BakeSeconds);
        var next = state with { BakesUntil = state.BakesUntil > latest ? latest : state.BakesUntil };
        if (state.TrafficPermille != weight || state.MirrorPermille != 0)
            next = next with { TrafficPermille = weight, MirrorPermille = 0, Epoch = state.Epoch + 1, NotFollowedSince = now };
        return next == state ? null : new(roles with { Stable = roles.Stable with { Rollout = next } });
    }

    private static RolloutOutcome? End(RevisionRoles roles, RolloutSituation situation, DateTimeOffset now)
    {
        var (stable, spec) = (roles.Stable!, situation.Spec);
        if (!situation.Acknowledged)
            return Alone(roles, Convergence.Wait(roles, stable.Rollout, situation, now));
        if (stable.Rollout.BakesUntil is { } end && now < end)
            return null;
        if (situation.Directives.Pauses(stable))
            return roles.Candidate is null ? new(roles, Waits: StepPlan.Paused("A directive pauses it in its bake; its guards stay armed.")) : null;
        if (spec.Steps.Count == 0)
            return Baked(roles, RolloutReasons.NoSteps, "No guard tripped while it baked.", now);
        if (situation.Analysis.Verdict == Verdict.Pass)
            return Baked(roles, RolloutReasons.AnalysisPassed, "It passed its bake.", now);

        var policy = spec.Analysis.NoData;
        if (!RolloutPlan.IsOver(stable.Rollout.BakesUntil, policy.DeadlineSeconds, now))
            return null;
        var missing = situation.Analysis.Deciding is { } metric ? MetricText.Of(metric) : "The analysis has not passed.";
        var why = new Problem(RolloutReasons.NoData, $"{policy.DeadlineSeconds} s after the end of its bake it is not shown to be good enough. {missing}");
        if (policy.OnDeadline == DeadlineAction.Rollback)
            return Reject(roles, why, now);
        if (situation.Directives.Approves(stable, StepSpec.Bake))
            return Baked(roles, RolloutReasons.Approved, "A directive approves the end of its bake.", now);
        if (situation.Directives.Promotes(stable) && !RolloutPlan.IsPromotedNow(stable))
            return Baked(roles, RolloutReasons.PromotedNow, "A directive ends its bake.", now);
        var approve = Directives.Ask(DirectiveAction.Approve, stable.Try, StepSpec.Bake);
        return Alone(roles, new(roles, Waits: why with { Message = $"{why.Message} A directive {approve} ends it." }, IsOverdue: true));
    }

    private static RolloutOutcome Baked(RevisionRoles roles, string reason, string message, DateTimeOffset now) =>
        new(RevisionPlan.EndBake(roles, now), new(DecisionKind.Baked, roles.Stable!.Name, reason, message));

    // The next candidate goes on meanwhile, and what it waits for is what is told.
    private static RolloutOutcome? Alone(RevisionRoles roles, RolloutOutcome waiting) => roles.Candidate is null && waiting.IsOverdue ? waiting : null;
}
