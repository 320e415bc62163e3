using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization.Places;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>The tokenizer of one model, from its tokenizer.json. Safe to use from many threads.</summary>
/// <param name="addedTokens">Those that are looked for in the text as it is.</param>
/// <param name="markers">The texts of the special tokens.</param>
/// <param name="texts">What tokens are called.</param>
/// <param name="trim">What is taken off their places; null: nothing.</param>
internal sealed class TextTokenizer(
    ITextModel model, AddedTokens addedTokens, SingleTemplate single, PairTemplate pair, IReadOnlyList<string> markers, TokenTexts texts, OffsetTrim? trim)
{
    /// <summary>What tokens are called in the vocabulary.</summary>
    public TokenTexts Texts => texts;

    /// <summary>What is taken off tokens' places; null: nothing.</summary>
    public OffsetTrim? Trim => trim;

    public PairTemplate Pair => pair;

    public SingleTemplate Single => single;

    /// <summary>The texts of the special tokens, such as <c>[SEP]</c>.</summary>
    public IReadOnlyList<string> Markers => markers;

    /// <summary>Appends the ids of a text, without special tokens around it.</summary>
    /// <param name="limit">Where it may stop; it can append a few more.</param>
    /// <returns>How many were appended.</returns>
    public int Tokenize(ReadOnlySpan<char> text, TokenBuffer output, int limit) => addedTokens.Tokenize(text, TextStart.Whole, model, output, limit);

    /// <summary>For <see cref="Place"/>.</summary>
    /// <param name="holdMemory">As of <see cref="TokenBuffer"/>.</param>
    public TokenBuffer CreatePlacing(Action<long>? holdMemory, CancellationToken cancellationToken) =>
        new(holdMemory, cancellationToken) { Places = new TokenPlaces(texts, holdMemory) };

    /// <summary>Appends all tokens of a text, without special tokens around it, and where they stand.</summary>
    /// <param name="output">Of <see cref="CreatePlacing"/>; several texts may share it.</param>
    /// <exception cref="Subwords.PieceTooLongException">There is too much in it that can't be cut beforehand.</exception>
    public PlacedText Place(string text, TokenBuffer output)
    {
        var first = output.Count;
        Tokenize(text, output, int.MaxValue);
        return new PlacedText(text, output, first, output.Count - first, this);
    }

    /// <summary>One text with its special tokens, cut to <paramref name="maxTokens"/>.</summary>
    public EncodedText Encode(string text, int maxTokens)
    {
        using var buffer = new TokenBuffer();
        var room = Math.Max(0, maxTokens - single.Tokens);
        var length = Math.Min(Tokenize(text, buffer, room), room);
        var encoded = EncodedText.OfLength(length + single.Tokens);
        single.Write(buffer[..length], encoded.Ids, encoded.Types);
        return encoded;
    }

    /// <summary>A pair with its special tokens, cut to <paramref name="maxTokens"/>; null when it can't be cut so far.</summary>
    public EncodedText? Encode(string query, string passage, int maxTokens, Truncation truncation)
    {
        using var buffer = new TokenBuffer();
        var queryTokens = Tokenize(query, buffer, maxTokens);
        var passageTokens = Tokenize(passage, buffer, maxTokens);
        if (PairTruncation.Fit(queryTokens, passageTokens, maxTokens, pair.PairTokens, truncation) is not { } fit)
            return null;

        var encoded = EncodedText.OfLength(fit.Query + fit.Passage + pair.PairTokens);
        pair.WritePair(buffer[..fit.Query], buffer[queryTokens..(queryTokens + fit.Passage)], encoded.Ids, encoded.Types);
        return encoded;
    }
}

internal readonly record struct EncodedText(long[] Ids, long[] Types)
{
    public static EncodedText OfLength(int length) => new(new long[length], new long[length]);
}
