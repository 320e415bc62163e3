namespace Rerank.Operator.Revisions;

/// <summary>Who answers requests: a baseline, and at most one revision that is judged against it.</summary>
/// <param name="Baseline">What answers that which the other doesn't.</param>
/// <param name="Judged">A candidate at a step, or the stable revision while it bakes.</param>
internal sealed record RolloutArms(Revision Baseline, Revision? Judged, int TrafficPermille, int MirrorPermille)
{
    public const int All = 1000;

    /// <summary>Null while nothing is stable.</summary>
    public static RolloutArms? Of(RevisionRoles roles)
    {
        if (roles.Stable is not { } stable)
            return null;
        if (BakesAgainst(roles) is { } replaced)
            return stable.State == RevisionState.Returning ? new(replaced, null, 0, 0) : With(replaced, stable);
        return roles.Candidate is { IsArm: true } candidate ? With(stable, candidate) : new(stable, null, 0, 0);
    }

    /// <summary>What the stable revision would give all traffic back to; null when it doesn't bake.</summary>
    public static Revision? BakesAgainst(RevisionRoles roles) =>
        roles.Stable is { IsGuarded: true, Rollout.BakesAgainst: { } name } ? roles.Live.FirstOrDefault(r => r.Name == name) : null;

    private static RolloutArms With(Revision baseline, Revision judged) => new(baseline, judged, judged.Rollout.TrafficPermille, judged.Rollout.MirrorPermille);
}
