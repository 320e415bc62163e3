using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>Normalizers one after the other.</summary>
internal sealed class NormalizerChain(params TextNormalizer[] steps)
{
    public IReadOnlyList<TextNormalizer> Steps => steps;

    /// <summary>Changes a text.</summary>
    /// <param name="keepsStart">Whether the result begins where the text does.</param>
    /// <returns>The text itself or a part of one of the two buffers, valid until they change.</returns>
    public ReadOnlySpan<char> Apply(ReadOnlySpan<char> text, PooledList<char> first, PooledList<char> second, out bool keepsStart)
    {
        keepsStart = true;
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            first.Truncate(0);
            CodePoints.AppendValid(first, text);
            text = first.Span;
            (first, second) = (second, first);
        }

        foreach (var step in steps)
        {
            first.Truncate(0);
            keepsStart &= step.Apply(text, first, TextPlace.Whole);
            text = first.Span;
            (first, second) = (second, first);
        }

        return text;
    }

    /// <summary>What a short text becomes.</summary>
    public string Apply(string text)
    {
        using var first = new PooledList<char>();
        using var second = new PooledList<char>();
        return Apply(text, first, second, out _).ToString();
    }
}
