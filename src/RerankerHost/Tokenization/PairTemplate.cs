namespace Rerank.RerankerHost.Tokenization;

/// <summary>Where the special tokens of one text and of a pair stand, and which segment each token belongs to.</summary>
internal sealed record PairTemplate
{
    public required TemplateTokens BeforeFirst { get; init; }

    public required TemplateTokens BetweenTexts { get; init; }

    public required TemplateTokens AfterSecond { get; init; }

    public required int FirstType { get; init; }

    public required int SecondType { get; init; }

    /// <summary>Special tokens of a pair.</summary>
    public int PairTokens => BeforeFirst.Count + BetweenTexts.Count + AfterSecond.Count;

    /// <summary>Writes a pair; both spans have exactly its length.</summary>
    public void WritePair(ReadOnlySpan<int> first, ReadOnlySpan<int> second, Span<long> ids, Span<long> types)
    {
        var at = 0;
        Write(BeforeFirst, ids, types, ref at);
        Write(first, FirstType, ids, types, ref at);
        Write(BetweenTexts, ids, types, ref at);
        Write(second, SecondType, ids, types, ref at);
        Write(AfterSecond, ids, types, ref at);
    }

    private static void Write(TemplateTokens tokens, Span<long> ids, Span<long> types, ref int at)
    {
        for (var i = 0; i < tokens.Count; i++, at++)
            (ids[at], types[at]) = (tokens.Ids[i], tokens.Types[i]);
    }

    private static void Write(ReadOnlySpan<int> text, int type, Span<long> ids, Span<long> types, ref int at)
    {
        for (var i = 0; i < text.Length; i++)
            ids[at + i] = text[i];
        types.Slice(at, text.Length).Fill(type);
        at += text.Length;
    }
}

/// <summary>Special tokens that follow each other.</summary>
internal sealed record TemplateTokens(int[] Ids, int[] Types)
{
    public int Count => Ids.Length;
}

/// <summary>The special tokens around a text that stands alone.</summary>
internal sealed record SingleTemplate(TemplateTokens Before, TemplateTokens After, int Type)
{
    public int Tokens => Before.Count + After.Count;

    /// <summary>Writes a text; both spans have exactly its length.</summary>
    public void Write(ReadOnlySpan<int> text, Span<long> ids, Span<long> types)
    {
        var pair = new PairTemplate
        {
            BeforeFirst = Before,
            BetweenTexts = new TemplateTokens([], []),
            AfterSecond = After,
            FirstType = Type,
            SecondType = Type,
        };
        pair.WritePair(text, [], ids, types);
    }
}
