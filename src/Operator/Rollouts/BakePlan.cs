using Rerank.Operator.Pipelines.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>After a promotion: the guards stay armed, and what was replaced stands by.</summary>
internal static class BakePlan
{
    /// <param name="replaced">Null when it isn't there any more, so that there is nothing to return to.</param>
    /// <returns>Null when there is nothing to decide.</returns>
    public static RolloutOutcome? Next(RevisionRoles roles, Revision? replaced, RolloutSituation situation, DateTimeOffset now)
    {
        var stable = roles.Stable!;
        if (replaced is null)
            return new(RevisionPlan.EndBake(roles));

        // Its traffic is gone since the verdict was stored. Only then the pointer moves: whatever happens in between, the verdict is not lost.
        if (stable.IsRejected)
            return new(RevisionPlan.Return(roles, replaced, now), new("Returned", stable.Name, stable.Verdict!.Reason, $"Revision {replaced.Name} is the stable one again."));

        // Evidence is the candidate's own once that has begun a step; until then, it is about what bakes.
        if (roles.Candidate?.Rollout.Step is null && RolloutPlan.Harm(stable, situation) is { } harm)
        {
            var verdict = new RevisionVerdict(RevisionVerdictKind.Rejected, harm.Reason, harm.Message, now, stable.Verdict?.Attempts ?? 1);
            return new(roles with { Stable = stable with { Verdict = verdict } }, new("Rejected", stable.Name, harm.Reason, harm.Message));
        }

        // Nothing bakes longer than it may: neither when that was shortened, nor when a clock was set back.
        var latest = now + TimeSpan.FromSeconds(situation.Spec.BakeSeconds);
        if (stable.Rollout.BakesUntil > latest)
            return new(roles with { Stable = stable with { Rollout = stable.Rollout with { BakesUntil = latest } } });
        return stable.Rollout.BakesUntil is { } end && now < end
            ? null
            : new(RevisionPlan.EndBake(roles), new("Baked", stable.Name, RolloutReasons.AnalysisPassed, "No guard tripped while it baked."));
    }
}
