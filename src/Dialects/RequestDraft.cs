namespace Rerank.Dialects;

/// <summary>What a body says, before a dialect judges it: every field that any dialect has, and what is wrong with the others.</summary>
/// <param name="json">The body without a byte order mark. Belongs to the caller, and what is made of it refers to it.</param>
internal sealed class RequestDraft(ReadOnlyMemory<byte> json)
{
    private List<(RequestFields Field, RequestError Error)>? _rejected;

    public ReadOnlyMemory<byte> Body => json;

    public ReadOnlySpan<byte> Json => json.Span;

    /// <summary>Fields that were there, also with null.</summary>
    public RequestFields Seen { get; set; }

    /// <summary>Why the rest could not be read; null when all was.</summary>
    public RequestError? Malformed { get; set; }

    public string? Model { get; set; }

    public string? Query { get; set; }

    public TextList? Documents { get; set; }

    public TextList? Texts { get; set; }

    public TextList? Passages { get; set; }

    /// <summary>The first texts of pairs.</summary>
    public TextList? Left { get; set; }

    /// <summary>The second texts of pairs.</summary>
    public TextList? Right { get; set; }

    public int? TopN { get; set; }

    public int? TopK { get; set; }

    public bool? ReturnDocuments { get; set; }

    public bool? ReturnText { get; set; }

    public bool? RawScores { get; set; }

    public bool? UseActivation { get; set; }

    public TruncationRule? Truncate { get; set; }

    public bool? Truncation { get; set; }

    public TruncationRule? TruncationSide { get; set; }

    public int? TruncatePromptTokens { get; set; }

    public int? MaxTokensPerDocument { get; set; }

    public int? MaxTokensPerQuery { get; set; }

    public int? MaxChunksPerDocument { get; set; }

    public List<string>? RankFields { get; set; }

    public int? Priority { get; set; }

    /// <summary>Whether any of the fields was there.</summary>
    public bool Has(RequestFields fields) => (Seen & fields) != 0;

    public bool IsRejected(RequestFields field) => _rejected?.Exists(r => r.Field == field) == true;

    /// <summary>Notes that a field's value can't be taken. Whether that matters depends on the dialect.</summary>
    /// <param name="name">Of the field.</param>
    public void Reject(RequestFields field, string name, RequestError error) => (_rejected ??= []).Add((field, error with { Field = name }));

    /// <param name="known">The dialect's fields; what it doesn't know can't be wrong.</param>
    /// <exception cref="RequestException">The first thing that is wrong.</exception>
    public void ThrowIfWrong(RequestFields known)
    {
        if (Malformed is not null)
            throw new RequestException(Malformed);
        foreach (var (field, error) in _rejected ?? [])
        {
            if ((known & field) != 0)
                throw new RequestException(error);
        }
    }
}
