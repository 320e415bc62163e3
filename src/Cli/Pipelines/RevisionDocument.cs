using System.Text.Json.Nodes;

namespace Rerank.Cli.Pipelines;

/// <summary>What the operator keeps with a revision, as far as it is told to people.</summary>
internal sealed record RevisionDocument
{
    public DateTimeOffset? CandidateSince { get; init; }

    public DateTimeOffset? StableSince { get; init; }

    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>The images that it runs on, where its data doesn't say.</summary>
    public JsonObject? Engine { get; init; }

    public RevisionVerdict? Verdict { get; init; }
}
