namespace Rerank.Contracts.Dialects;

/// <summary>A rerank request, whatever the dialect that it came in.</summary>
public sealed record RerankRequest
{
    public string? Model { get; init; }

    public required string Query { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<string> Documents { get; init; }

    /// <summary>How many results to give; null: all.</summary>
    public int? TopN { get; init; }

    public bool ReturnDocuments { get; init; }

    /// <summary>Raw logits instead of activated scores.</summary>
    public bool RawScores { get; init; }

    public int? MaxTokensPerDocument { get; init; }

    public int? MaxTokensPerQuery { get; init; }

    /// <summary>In how many parts a document that is too long is scored at most; its score is that of the best. Null: one, the rest is cut off.</summary>
    public int? MaxChunksPerDocument { get; init; }

    /// <summary>False: a pair that doesn't fit is an error instead of being shortened.</summary>
    public bool Truncate { get; init; } = true;
}
