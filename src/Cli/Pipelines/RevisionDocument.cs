namespace Rerank.Cli.Pipelines;

/// <summary>What the operator keeps with a revision, as far as it is told to people.</summary>
internal sealed record RevisionDocument
{
    public DateTimeOffset? CandidateSince { get; init; }

    public DateTimeOffset? StableSince { get; init; }

    public DateTimeOffset? RetiredAt { get; init; }

    public RevisionVerdict? Verdict { get; init; }
}
