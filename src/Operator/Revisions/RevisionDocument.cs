namespace Rerank.Operator.Revisions;

/// <summary>All that is kept of a revision besides what it is: one annotation of its ControllerRevision.</summary>
internal sealed record RevisionDocument
{
    /// <summary>Of the format. A higher one was written by a later operator, whose meaning this one can't know.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; set; } = CurrentVersion;

    public required RevisionState State { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? CandidateSince { get; init; }

    public DateTimeOffset? StableSince { get; init; }

    public DateTimeOffset? ServedSince { get; init; }

    public DateTimeOffset? RetiredAt { get; init; }

    public int Try { get; set; } = 1;

    /// <summary>Where the tiers' pools are, by tier; those that have a home of their own.</summary>
    public SortedDictionary<string, string>? Homes { get; init; }

    /// <summary>What it runs on.</summary>
    public EngineSnapshot? Engine { get; init; }

    /// <summary>Whether that is part of what it is; otherwise it was found to run on it.</summary>
    public bool? HasEngine { get; init; }

    public RolloutState? Rollout { get; init; }

    public RevisionVerdict? Verdict { get; init; }
}
