using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>NFC, NFD, NFKC and NFKD.</summary>
internal sealed class UnicodeFormNormalizer(bool compatibility, bool compose) : TextNormalizer
{
    // Below these no character has a decomposition, or in NFC none that isn't put together again.
    private readonly char _firstAffected = compatibility ? '\u00A0' : compose ? '\u0300' : '\u00C0';

    public override int LastCut(ReadOnlySpan<char> text, bool isFirst)
    {
        for (var at = text.Length - 1; at > 0; at--)
        {
            if (!char.IsLowSurrogate(text[at]) && CanonicalForms.BeginsAnew(CodePoints.At(text, at, out _), compatibility))
                return at;
        }

        return 0;
    }

    public override bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place)
    {
        var at = text.IndexOfAnyExceptInRange('\0', (char)(_firstAffected - 1));
        if (at < 0)
        {
            output.AddRange(text);
            return true;
        }

        // The character before may be put together with what follows.
        at = Math.Max(0, at - 1);
        output.AddRange(text[..at]);
        using var characters = new PooledList<int>();
        while (at < text.Length)
        {
            CanonicalForms.Decompose(CodePoints.At(text, at, out var length), compatibility, characters);
            at += length;
        }

        CanonicalForms.Order(characters.Span);
        if (compose)
            characters.Truncate(CanonicalForms.Compose(characters.Span));
        foreach (var character in characters.Span)
            CodePoints.Append(output, character);
        return true;
    }
}
