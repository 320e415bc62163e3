namespace Rerank.Contracts.Dialects;

/// <summary>What a dialect has read of a request so far.</summary>
internal sealed class RequestDraft
{
    public string? Model { get; set; }

    public string? Query { get; set; }

    public List<string>? Documents { get; set; }

    public int? TopN { get; set; }

    public int? MaxTokensPerDocument { get; set; }

    public bool ReturnDocuments { get; set; }

    public bool RawScores { get; set; }

    public bool Truncate { get; set; } = true;
}
