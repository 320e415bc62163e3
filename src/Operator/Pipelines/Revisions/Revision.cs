using Rerank.Operator.Rollouts;

namespace Rerank.Operator.Pipelines.Revisions;

/// <summary>A ControllerRevision of a pipeline. Its role is what decides; the pipeline's status only repeats it.</summary>
internal sealed record Revision
{
    /// <summary>Hash of the snapshot.</summary>
    public required string Name { get; init; }

    public required RevisionRole Role { get; init; }

    /// <summary>Rises whenever a revision becomes candidate or stable. Among several stable ones, which a crash may leave, the highest is it.</summary>
    public required long Sequence { get; init; }

    public required RevisionSnapshot Snapshot { get; init; }

    public DateTimeOffset? CandidateSince { get; init; }

    public DateTimeOffset? StableSince { get; init; }

    /// <summary>When it was replaced.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>How far its rollout has come.</summary>
    public RolloutState Rollout { get; init; } = new();

    /// <summary>How its last rollout ended; null when none did.</summary>
    public RevisionVerdict? Verdict { get; init; }

    /// <summary>Whether it was taken out and is not being tried again.</summary>
    public bool IsRejected => Role != RevisionRole.Candidate && Verdict?.Verdict == RevisionVerdictKind.Rejected;

    /// <summary>Which try of it this is, counted by rejections.</summary>
    public int Try => (Verdict?.Verdict == RevisionVerdictKind.Rejected ? Verdict.Attempts : 0) + 1;

    /// <summary>Uid of the stored object; null before there is one.</summary>
    public string? Uid { get; init; }
}

internal enum RevisionRole
{
    /// <summary>What the spec asks for, on its way.</summary>
    Candidate,

    /// <summary>What answers.</summary>
    Stable,

    /// <summary>Answered before; still loaded, so that going back is immediate.</summary>
    Retained,

    /// <summary>History.</summary>
    Retired,
}
