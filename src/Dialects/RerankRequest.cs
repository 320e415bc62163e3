namespace Rerank.Dialects;

/// <summary>A rerank request, whatever the dialect that it came in. Its documents are parts of the body that it was read from, and may be used as long as its memory lasts.</summary>
public sealed record RerankRequest
{
    public string? Model { get; init; }

    public required string Query { get; init; }

    /// <summary>A query for each document, in place of <see cref="Query"/>; null: it is for all.</summary>
    public IReadOnlyList<string>? Queries { get; init; }

    /// <summary>At least one.</summary>
    public required Utf8Texts Documents { get; init; }

    /// <summary>By document: its place in the caller's request, where this is a part of that (<see cref="QueryGroups"/>). Null: the same.</summary>
    public IReadOnlyList<int>? Places { get; init; }

    /// <summary>Documents as JSON objects, where they were sent as such and are to be given back whole; empty elsewhere. Null: none is.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? DocumentObjects { get; init; }

    /// <summary>How many results to give; null: all.</summary>
    public int? TopN { get; init; }

    public bool ReturnDocuments { get; init; }

    /// <summary>Raw logits instead of activated scores.</summary>
    public bool RawScores { get; init; }

    /// <summary>Cap on a document's own tokens.</summary>
    public int? MaxTokensPerDocument { get; init; }

    /// <summary>Cap on the query's own tokens.</summary>
    public int? MaxTokensPerQuery { get; init; }

    /// <summary>Cap on the tokens of query, document and special tokens together, below that of the model.</summary>
    public int? MaxTokensPerPair { get; init; }

    /// <summary>Into how many pieces a long document may be cut, the best of which counts; null: one, the rest is cut off.</summary>
    public int? MaxChunksPerDocument { get; init; }

    public TruncationRule Truncation { get; init; }

    /// <summary>False: a pair that doesn't fit is an error instead of being shortened.</summary>
    public bool Truncate => Truncation != TruncationRule.None;

    /// <summary>Lower is earlier; 0 is usual.</summary>
    public int Priority { get; init; }

    /// <summary>How errors call a document: by its place in the caller's request.</summary>
    public int PlaceOf(int document) => Places is null ? document : Places[document];
}
