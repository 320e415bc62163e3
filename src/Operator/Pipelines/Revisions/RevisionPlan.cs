namespace Rerank.Operator.Pipelines.Revisions;

/// <summary>Decides which revision does what. Each decision starts from stored roles, so it can be cut off after any write and taken again.</summary>
internal static class RevisionPlan
{
    /// <summary>Roles for what the spec asks for, before anything is promoted. <paramref name="desired"/> is null when the spec can't be met.</summary>
    public static RevisionRoles Settle(IReadOnlyList<Revision> existing, RevisionSnapshot? desired, DateTimeOffset now)
    {
        var stable = existing.Where(r => r.Role == RevisionRole.Stable).MaxBy(r => r.Sequence);
        var candidate = desired is null ? null : Candidate(existing, stable, desired, now);
        var others = existing.Where(r => r.Name != stable?.Name && r.Name != candidate?.Name).Select(r => StepBack(r, now)).ToList();
        return Roles(stable, candidate, others);
    }

    /// <summary>The candidate answers from now on; what answered until now stays loaded.</summary>
    public static RevisionRoles Promote(RevisionRoles roles, DateTimeOffset now)
    {
        if (roles.Candidate is not { } candidate)
            return roles;
        var stable = candidate with
        {
            Role = RevisionRole.Stable,
            Sequence = roles.All.Max(r => r.Sequence) + 1,
            StableSince = now,
            CandidateSince = null,
            RetiredAt = null,
        };
        IEnumerable<Revision> replaced = roles.Stable is null ? [] : [StepBack(roles.Stable, now)];
        return Roles(stable, candidate: null, [.. replaced, .. roles.Retained, .. roles.Retired]);
    }

    /// <summary>Retires what has been retained for long enough. Not before every router has left it: they might still send requests for it.</summary>
    public static RevisionRoles Expire(RevisionRoles roles, TimeSpan retention, bool routersHaveLeft, DateTimeOffset now)
    {
        if (!routersHaveLeft || roles.Stable is null)
            return roles;
        var others = roles.Retained.Select(r => r.RetiredAt + retention > now ? r : r with { Role = RevisionRole.Retired });
        return Roles(roles.Stable, roles.Candidate, [.. others, .. roles.Retired]);
    }

    /// <summary>History beyond the limit, oldest first.</summary>
    public static IReadOnlyList<Revision> Surplus(RevisionRoles roles, int historyLimit) =>
        [.. roles.Retired.OrderByDescending(r => r.Sequence).Skip(historyLimit).Reverse()];

    /// <summary>
    /// What has to be stored, in this order. A new stable revision comes first: with the highest sequence it is the stable one from that write
    /// on, and at no time is there none.
    /// </summary>
    public static IReadOnlyList<Revision> Writes(IReadOnlyList<Revision> existing, RevisionRoles roles)
    {
        IEnumerable<Revision> stableFirst = roles.Stable is null ? roles.All : roles.All.OrderByDescending(r => r.Name == roles.Stable.Name);
        var stored = existing.ToDictionary(r => r.Name);
        return [.. stableFirst.Where(r => !stored.TryGetValue(r.Name, out var before) || before != r)];
    }

    private static Revision? Candidate(IReadOnlyList<Revision> existing, Revision? stable, RevisionSnapshot desired, DateTimeOffset now)
    {
        var name = desired.Hash();
        if (name == stable?.Name)
            return null;
        var known = existing.FirstOrDefault(r => r.Name == name);
        if (known?.Role == RevisionRole.Candidate)
            return known;
        return new Revision
        {
            Name = name,
            Role = RevisionRole.Candidate,
            Sequence = existing.Select(r => r.Sequence).DefaultIfEmpty().Max() + 1,
            Snapshot = known?.Snapshot ?? desired,
            Uid = known?.Uid,
            CandidateSince = now,
            StableSince = known?.StableSince,
            // Kept, so that a retained revision that is asked for and then not wanted after all is still retained for its time.
            RetiredAt = known?.Role == RevisionRole.Retained ? known.RetiredAt : null,
        };
    }

    private static Revision StepBack(Revision revision, DateTimeOffset now) => revision.Role switch
    {
        RevisionRole.Stable => revision with { Role = RevisionRole.Retained, RetiredAt = now },
        RevisionRole.Candidate when revision.RetiredAt is null => revision with { Role = RevisionRole.Retired, CandidateSince = null, RetiredAt = now },
        RevisionRole.Candidate => revision with { Role = RevisionRole.Retained, CandidateSince = null },
        _ => revision,
    };

    private static RevisionRoles Roles(Revision? stable, Revision? candidate, IReadOnlyList<Revision> others) => new(
        stable,
        candidate,
        [.. others.Where(r => r.Role == RevisionRole.Retained).OrderByDescending(r => r.Sequence)],
        [.. others.Where(r => r.Role == RevisionRole.Retired).OrderByDescending(r => r.Sequence)]);
}
