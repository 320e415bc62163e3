namespace Rerank.Operator.Revisions;

/// <summary>
/// What revisions become. Each change starts from stored states, so it can be cut off after any write and taken again. When to change what is
/// the rollout's to decide.
/// </summary>
internal static class RevisionPlan
{
    /// <summary>Roles for what the spec asks for. <paramref name="desired"/> is null when the spec can't be met: then all stay what they are.</summary>
    public static RevisionRoles Settle(IReadOnlyList<Revision> existing, RevisionSnapshot? desired, Directives directives, DateTimeOffset now)
    {
        var stable = existing.Where(r => r.Role == RevisionRole.Stable).MaxBy(r => r.Sequence);
        var candidate = desired is null ? existing.Where(r => r.Role == RevisionRole.Candidate).MaxBy(r => r.Sequence) : Candidate(existing, stable, desired, directives, now);
        var others = existing.Where(r => r.Name != stable?.Name && r.Name != candidate?.Name).Select(r => StepBack(r, now)).ToList();
        return Roles(stable, candidate, others);
    }

    /// <summary>The candidate answers from now on; what answered until now stays loaded, and gets everything back if the candidate doesn't stand the bake.</summary>
    /// <param name="holdbackPermille">What the replaced revision goes on answering during the bake.</param>
    public static RevisionRoles Promote(RevisionRoles roles, RevisionVerdict verdict, TimeSpan bake, int holdbackPermille, DateTimeOffset now)
    {
        var candidate = roles.Candidate!;
        var bakes = bake > TimeSpan.Zero && roles.Stable is not null;
        var stable = candidate.Enter(bakes ? RevisionState.Baking : RevisionState.Stable, now) with
        {
            Sequence = Next(roles),
            StableSince = now,
            ServedSince = null,
            CandidateSince = null,
            RetiredAt = null,
            Verdict = verdict,
            Rollout = Settled(candidate.Rollout) with
            {
                Epoch = candidate.Rollout.Epoch + 1,
                TrafficPermille = RolloutArms.All - (bakes ? holdbackPermille : 0),
                MirrorPermille = 0,
                BakesAgainst = bakes ? roles.Stable!.Name : null,
                BakesUntil = bakes ? now + bake : null,
                TrafficSince = candidate.Rollout.TrafficSince ?? now,
                NotFollowedSince = now,
            },
        };
        IEnumerable<Revision> replaced = roles.Stable is null ? [] : [StepBack(roles.Stable, now)];
        return Roles(stable, candidate: null, [.. replaced, .. roles.Retained, .. roles.Retired]);
    }

    /// <summary>The candidate gets nothing from now on. It stays loaded until every router has left it.</summary>
    public static RevisionRoles Reject(RevisionRoles roles, RevisionVerdict verdict, DateTimeOffset now) =>
        Roles(roles.Stable, candidate: null, [StepBack(roles.Candidate! with { Verdict = verdict }, now), .. roles.Retained, .. roles.Retired]);

    /// <summary>The stable revision, which didn't stand its bake, steps back; what it had replaced is the stable one again.</summary>
    public static RevisionRoles Return(RevisionRoles roles, Revision replaced, DateTimeOffset now)
    {
        var returned = replaced.Enter(RevisionState.Stable, now) with
        {
            Sequence = Next(roles),
            StableSince = now,
            CandidateSince = null,
            RetiredAt = null,
            Rollout = Settled(replaced.Rollout),
        };
        return Roles(
            returned,
            roles.Candidate?.Name == replaced.Name ? null : roles.Candidate,
            [StepBack(roles.Stable!, now), .. roles.Retained.Where(r => r.Name != replaced.Name), .. roles.Retired]);
    }

    /// <summary>The stable revision is guarded no more, and answers everything.</summary>
    public static RevisionRoles EndBake(RevisionRoles roles, DateTimeOffset now) => roles.Stable is { IsGuarded: true } stable
        ? roles with { Stable = stable.Enter(RevisionState.Stable, now) with { Rollout = Settled(stable.Rollout) with { TrafficPermille = RolloutArms.All, NotFollowedSince = now } } }
        : roles;

    /// <summary>Retires what has been retained for long enough. Not before every router has left it: they might still send requests for it.</summary>
    /// <param name="routersHaveLeft">Whether no router uses it any more, as far as can be known.</param>
    public static RevisionRoles Expire(RevisionRoles roles, Retention retention, Func<Revision, bool> routersHaveLeft, DateTimeOffset now)
    {
        if (roles.Stable is null)
            return roles;
        var baseline = RolloutArms.BakesAgainst(roles)?.Name;
        var standBy = roles.Retained.Where(r => r is { StableSince: not null, IsRejected: false } && r.Name != baseline).Take(retention.Revisions).ToHashSet();
        if (Retention.MakesRoom(roles, now) && roles.Retained.LastOrDefault(r => standBy.Contains(r) && retention.InTheWay(r)) is { } oldest)
            standBy.Remove(oldest);
        var others = roles.Retained.Select(r =>
        {
            var time = standBy.Contains(r) && retention.Stable > retention.Requests ? retention.Stable : retention.Requests;
            return r.Name == baseline || r.RetiredAt + time > now || !routersHaveLeft(r)
                ? r
                : r.Enter(RevisionState.Retired, now) with { Rollout = r.Rollout with { SilentSince = null } };
        });
        return Roles(roles.Stable, roles.Candidate, [.. others, .. roles.Retired]);
    }

    /// <summary>History beyond the limit, oldest first. What the spec asks for is never forgotten: it may be rejected, and must stay so.</summary>
    /// <param name="desired">Name of the revision that the spec asks for.</param>
    /// <param name="next">Name of the one with the images that there are now.</param>
    public static IReadOnlyList<Revision> Surplus(RevisionRoles roles, int historyLimit, string? desired, string? next = null) =>
        [.. roles.Retired.OrderByDescending(r => r.Sequence).Skip(historyLimit).Where(r => r.Name != desired && r.Name != next).Reverse()];

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

    /// <summary>The same revision at the beginning of another try: evidence of the one before must not count for it.</summary>
    public static Revision TryAgain(Revision candidate, DateTimeOffset now) => candidate.Enter(RevisionState.Placing, now) with
    {
        CandidateSince = now,
        // It is loaded already, and stays where it is.
        RetiredAt = candidate.RetiredAt ?? now,
        Try = candidate.Try + 1,
        Rollout = new() { Attempt = candidate.Rollout.Attempt + 1 },
    };

    private static Revision? Candidate(
        IReadOnlyList<Revision> existing, Revision? stable, RevisionSnapshot desired, Directives directives, DateTimeOffset now)
    {
        var name = desired.Hash();
        if (name == stable?.Name)
            return null;
        var known = existing.FirstOrDefault(r => r.Name == name);
        if (known?.Role == RevisionRole.Candidate)
            return known;
        if (known is { IsRejected: true, Verdict.Attempts: var attempts } && stable is not null && !directives.Retries(name, attempts))
            return null;
        return new Revision
        {
            Name = name,
            State = RevisionState.Placing,
            Since = now,
            Sequence = existing.Select(r => r.Sequence).DefaultIfEmpty().Max() + 1,
            Snapshot = known is null ? desired : known.Snapshot with { AdoptedEngine = known.Snapshot.AdoptedEngine ?? desired.AdoptedEngine },
            Uid = known?.Uid,
            ResourceVersion = known?.ResourceVersion,
            CandidateSince = now,
            StableSince = known?.StableSince,
            ServedSince = known?.ServedSince,
            // Kept, so that a retained revision that is asked for and then not wanted after all is still retained for its time.
            RetiredAt = known?.Role == RevisionRole.Retained ? known.RetiredAt : null,
            Try = known is { IsRejected: true, Verdict: { } verdict } ? verdict.Attempts + 1 : 1,
            Rollout = new() { Attempt = NextAttempt(known) },
            Verdict = known?.Verdict,
        };
    }

    // Evidence of an earlier try must not count for this one; of one that was given up without a verdict neither.
    private static int NextAttempt(Revision? known) => known is null ? 1 : known.Rollout.Attempt + 1;

    private static long Next(RevisionRoles roles) => roles.All.Max(r => r.Sequence) + 1;

    // What remains of a rollout that is over: which try it was, and since when it had traffic.
    private static RolloutState Settled(RolloutState state) => new()
    {
        Attempt = state.Attempt,
        Epoch = state.Epoch,
        TrafficPermille = state.TrafficPermille,
        MirrorPermille = state.MirrorPermille,
        TrafficSince = state.TrafficSince,
        RequestsBefore = state.RequestsBefore,
        ComparedBefore = state.ComparedBefore,
    };

    private static Revision StepBack(Revision revision, DateTimeOffset now) => revision.Role switch
    {
        RevisionRole.Stable => Left(revision, now) with { RetiredAt = now },
        RevisionRole.Candidate when revision.IsNew => revision.Enter(RevisionState.Retired, now) with { CandidateSince = null, RetiredAt = now, Rollout = Settled(revision.Rollout) },
        RevisionRole.Candidate => Left(revision, now) with { CandidateSince = null, RetiredAt = revision.RetiredAt ?? now },
        _ => revision,
    };

    private static Revision Left(Revision revision, DateTimeOffset now)
    {
        var isRejected = revision.Verdict?.Verdict == RevisionVerdictKind.Rejected;
        return revision.Enter(isRejected ? RevisionState.Rejected : RevisionState.Retained, now) with { Rollout = Settled(revision.Rollout) };
    }

    private static RevisionRoles Roles(Revision? stable, Revision? candidate, IReadOnlyList<Revision> others) => new(
        stable,
        candidate,
        [.. others.Where(r => r.Role == RevisionRole.Retained).OrderByDescending(r => r.Sequence)],
        [.. others.Where(r => r.Role == RevisionRole.Retired).OrderByDescending(r => r.Sequence)]);
}
