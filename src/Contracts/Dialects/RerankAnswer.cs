namespace Rerank.Contracts.Dialects;

public sealed record RerankAnswer
{
    /// <summary>Id of the request, a UUID.</summary>
    public required string RequestId { get; init; }

    /// <summary>Name of the model that decided.</summary>
    public required string Model { get; init; }

    /// <summary>Best first, already cut to the number asked for.</summary>
    public required IReadOnlyList<RankedDocument> Results { get; init; }

    /// <summary>Tokens fed to models for this answer.</summary>
    public int InputTokens { get; init; }

    /// <summary>When it was given, for dialects that show it.</summary>
    public DateTimeOffset Created { get; init; }
}

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
