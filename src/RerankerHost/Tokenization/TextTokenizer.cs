using System.Buffers;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>The tokenizer of one model, from its tokenizer.json. Safe to use from many threads.</summary>
internal sealed class TextTokenizer(
    WordPieceTokenizer words,
    SingleTemplate single,
    PairTemplate pair,
    IReadOnlyDictionary<string, int> markers,
    LiteralMarkers literalMarkers)
{
    private readonly SearchValues<string>? _literals =
        literalMarkers == LiteralMarkers.Special && markers.Count > 0 ? SearchValues.Create([.. markers.Keys], StringComparison.Ordinal) : null;

    public PairTemplate Pair => pair;

    public SingleTemplate Single => single;

    /// <summary>The texts of the special tokens, such as <c>[SEP]</c>.</summary>
    public IEnumerable<string> Markers => markers.Keys;

    /// <summary>Appends the ids of a text, without special tokens around it.</summary>
    /// <param name="limit">Where it may stop; it can append a few more.</param>
    /// <returns>How many were appended.</returns>
    public int Tokenize(ReadOnlySpan<char> text, TokenBuffer output, int limit)
    {
        if (_literals is null)
            return words.Tokenize(text, output, limit);

        var start = output.Count;
        while (output.Count - start < limit)
        {
            var at = text.IndexOfAny(_literals);
            words.Tokenize(at < 0 ? text : text[..at], output, limit - (output.Count - start));
            if (at < 0)
                break;
            var (marker, id) = LongestMarker(text[at..]);
            output.Add(id);
            text = text[(at + marker.Length)..];
        }

        return output.Count - start;
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

    private KeyValuePair<string, int> LongestMarker(ReadOnlySpan<char> text)
    {
        var longest = default(KeyValuePair<string, int>);
        foreach (var marker in markers)
        {
            if (text.StartsWith(marker.Key, StringComparison.Ordinal) && marker.Key.Length > (longest.Key?.Length ?? 0))
                longest = marker;
        }

        return longest;
    }
}

/// <summary>What the text of a special token in a query or passage is.</summary>
internal enum LiteralMarkers
{
    /// <summary>Text like any other: nobody can move the border between query and passage from inside a text.</summary>
    PlainText,

    /// <summary>The token itself, as the reference does unless told otherwise. For comparisons with it.</summary>
    Special,
}

internal readonly record struct EncodedText(long[] Ids, long[] Types)
{
    public static EncodedText OfLength(int length) => new(new long[length], new long[length]);
}
