namespace Rerank.Operator.Revisions;

/// <summary>How long what doesn't answer any more stays loaded.</summary>
/// <param name="Stable">For what was stable.</param>
/// <param name="Requests">For what never was, or was rejected: as long as requests may take.</param>
internal sealed record Retention(TimeSpan Stable, TimeSpan Requests)
{
    // A host that has been told of fewer models tries again within seconds.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>Most revisions that stay for <see cref="Stable"/>.</summary>
    public int Revisions { get; init; } = int.MaxValue;

    /// <summary>Whether memory that a retained revision has is what the candidate lacks.</summary>
    public Func<Revision, bool> InTheWay { get; init; } = _ => false;

    /// <summary>Whether another one may go for want of memory: one at a time, each is worth a fast rollback.</summary>
    public static bool MakesRoom(RevisionRoles roles, DateTimeOffset now) => roles.Candidate is not null && !roles.Retired.Any(r => now - r.Since < Pause);
}
