namespace Rerank.Operator.Revisions;

/// <summary>A ControllerRevision of a pipeline. Its state is what decides; the pipeline's status only repeats it.</summary>
internal sealed record Revision
{
    /// <summary>Hash of the snapshot.</summary>
    public required string Name { get; init; }

    public required RevisionState State { get; init; }

    /// <summary>Since when it is in this state.</summary>
    public DateTimeOffset? Since { get; init; }

    public RevisionRole Role => Lifecycle.RoleOf(State);

    /// <summary>Rises whenever a revision becomes candidate or stable. Among several stable ones, which a crash may leave, the highest is it.</summary>
    public required long Sequence { get; init; }

    public required RevisionSnapshot Snapshot { get; init; }

    public DateTimeOffset? CandidateSince { get; init; }

    public DateTimeOffset? StableSince { get; init; }

    /// <summary>Since when a router has followed a table with it as the stable one, or the one that bakes; null: none has yet.</summary>
    public DateTimeOffset? ServedSince { get; init; }

    /// <summary>When it was replaced.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>Which try of it this is, as people count: a rejection ends one, and a directive `Retry` begins the next.</summary>
    public int Try { get; init; } = 1;

    /// <summary>How far its rollout has come.</summary>
    public RolloutState Rollout { get; init; } = new();

    /// <summary>How its last rollout ended; null when none did.</summary>
    public RevisionVerdict? Verdict { get; init; }

    /// <summary>Whether it was taken out and is not being tried again.</summary>
    public bool IsRejected => Role != RevisionRole.Candidate && Verdict?.Verdict == RevisionVerdictKind.Rejected;

    /// <summary>Whether it is a candidate that nobody was ever told to use, and of which nothing is loaded from before: it may still be moved or dropped.</summary>
    public bool IsNew => State == RevisionState.Placing && RetiredAt is null;

    /// <summary>Whether it is a candidate that routers know as an arm.</summary>
    public bool IsArm => State is RevisionState.Introducing or RevisionState.AtStep;

    /// <summary>Whether it was promoted, and what it replaced still stands by.</summary>
    public bool IsGuarded => State is RevisionState.Baking or RevisionState.Returning;

    /// <summary>Whether it is the stable one for want of another, and no router has followed it yet: nothing is lost with it.</summary>
    public bool IsUnserved => this is { State: RevisionState.Stable, ServedSince: null, Verdict.Reason: RolloutReasons.FirstRevision or RolloutReasons.NeverServed };

    /// <summary>Uid of the stored object; null before there is one.</summary>
    public string? Uid { get; init; }

    /// <summary>Of the stored object when it was read: a write from something older is refused.</summary>
    public string? ResourceVersion { get; init; }

    public Revision Enter(RevisionState state, DateTimeOffset now) => this with { State = state, Since = now };
}
