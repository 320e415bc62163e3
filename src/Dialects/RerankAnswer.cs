namespace Rerank.Dialects;

public sealed record RerankAnswer
{
    /// <summary>Id of the request, a UUID.</summary>
    public required string RequestId { get; init; }

    /// <summary>As the dialect's own server would say it: the name that the request asked for, else that of the model that decided.</summary>
    public required string Model { get; init; }

    /// <summary>Best first, already cut to the number asked for.</summary>
    public required IReadOnlyList<RankedDocument> Results { get; init; }

    /// <summary>Tokens of query and document over all documents: what the request is, also where a cache had the score.</summary>
    public int InputTokens { get; init; }

    /// <summary>Those of them that needn't be computed, as a cache had the scores or another request in flight; shown where a dialect has a place for it.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Which results say how much of their texts was read.</summary>
    public TruncationReport TruncationReport { get; init; }

    /// <summary>What computed it, for dialects that show it: <c>cpu</c>, or <c>gpu+optimized</c> as text-embeddings-inference has it; null: not known.</summary>
    public string? ComputeType { get; init; }

    /// <summary>What its time went into, for dialects that show it; null: not known.</summary>
    public AnswerTimes? Times { get; init; }

    /// <summary>When it was given, for dialects that show it.</summary>
    public DateTimeOffset Created { get; init; }
}

/// <param name="Total">From the request to the answer.</param>
/// <param name="Queue">While others' work ran instead.</param>
public sealed record AnswerTimes(TimeSpan Total, TimeSpan Tokenization, TimeSpan Queue, TimeSpan Inference);

/// <param name="Index">Place of the document in the request.</param>
/// <param name="Score">As the dialect shows it: activated, or the raw logit when the request asked for raw scores.</param>
public readonly record struct RankedDocument(int Index, float Score)
{
    /// <summary>Tokens of query and document that the model was fed, special tokens included; 0: not known.</summary>
    public int Tokens { get; init; }

    /// <summary>What they would be if nothing were cut off; 0: not known.</summary>
    public int TotalTokens { get; init; }

    /// <summary>Whether query or document was cut.</summary>
    public bool Truncated { get; init; }
}
