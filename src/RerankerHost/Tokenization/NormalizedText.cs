using Rerank.RerankerHost.Tokenization.Normalization;
using Rerank.RerankerHost.Tokenization.Places;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>
/// Normalizes a text, finds the added tokens of the normalized text, and hands on what is between them. A long text goes through block by block: one character may become eighteen, so that
/// the whole of it would take a multiple of its own size.
/// </summary>
/// <param name="blockLength">UTF-16 units of a text that are worked on at a time.</param>
internal sealed class NormalizedText(NormalizerChain normalizers, AddedTokens addedTokens, ITextModel model, int blockLength = NormalizedText.UsualBlock) : ITextModel
{
    public const int UsualBlock = 16 * 1024;

    public int Tokenize(ReadOnlySpan<char> text, TextStart start, TokenBuffer output, int limit)
    {
        if (output.Places is { } places)
            return TokenizeAligned(text, start, places, output, limit);
        if (text.Length > blockLength)
            return TokenizeBlocks(text, start, output, limit);
        using var first = new PooledList<char>();
        using var second = new PooledList<char>();
        var normalized = normalizers.Apply(text, first, second, out var keepsStart);
        return addedTokens.Tokenize(normalized, StartOf(start, keepsStart), model, output, limit);
    }

    // Nothing cuts what isn't normalized yet.
    public int LastCut(ReadOnlySpan<char> text) => 0;

    private static TextStart StartOf(TextStart start, bool keepsStart) => start == TextStart.Whole && !keepsStart ? TextStart.Part : start;

    private int TokenizeBlocks(ReadOnlySpan<char> text, TextStart start, TokenBuffer output, int limit)
    {
        var before = output.Count;
        using var stream = new NormalizerStream(normalizers);
        using var normalized = new PooledList<char>();
        var isFirst = true;
        while (!text.IsEmpty && output.Count - before < limit)
        {
            output.Check();
            var length = BlockOf(text);
            stream.Apply(text[..length], isLast: length == text.Length, normalized);
            text = text[length..];
            var end = text.IsEmpty ? normalized.Count : LastCutOf(normalized.Span);
            if (end > 0)
            {
                addedTokens.Tokenize(
                    normalized.Span[..end], isFirst ? StartOf(start, stream.KeepsStart) : TextStart.Continued, model, output, limit - (output.Count - before));
                normalized.RemoveFirst(end);
                isFirst = false;
            }

            PieceTooLongException.CheckHeld(normalized.Count, blockLength);
        }

        return output.Count - before;
    }

    /// <summary>The same, and says where the tokens stand.</summary>
    private int TokenizeAligned(ReadOnlySpan<char> text, TextStart start, TokenPlaces places, TokenBuffer output, int limit)
    {
        var before = output.Count;
        using var stream = new AlignedStream(normalizers);
        using var normalized = new PooledList<char>();
        using var origins = new PooledList<TokenPlace>();
        var isFirst = true;
        for (var at = 0; at < text.Length && output.Count - before < limit;)
        {
            output.Check();
            var length = BlockOf(text[at..]);
            stream.Apply(text.Slice(at, length), places, at, isLast: at + length == text.Length, normalized, origins);
            at += length;
            var end = at == text.Length ? normalized.Count : LastCutOf(normalized.Span);
            if (end > 0)
            {
                var outer = places.Enter(origins);
                addedTokens.Tokenize(
                    normalized.Span[..end], isFirst ? StartOf(start, stream.KeepsStart) : TextStart.Continued, model, output, limit - (output.Count - before));
                places.Leave(outer);
                normalized.RemoveFirst(end);
                origins.RemoveFirst(end);
                isFirst = false;
            }

            PieceTooLongException.CheckHeld(normalized.Count, blockLength);
        }

        return output.Count - before;
    }

    /// <summary>How much of a text is the next block: never half a character.</summary>
    private int BlockOf(ReadOnlySpan<char> text)
    {
        if (text.Length <= blockLength)
            return text.Length;
        return char.IsHighSurrogate(text[blockLength - 1]) && char.IsLowSurrogate(text[blockLength]) ? blockLength + 1 : blockLength;
    }

    private int LastCutOf(ReadOnlySpan<char> text)
    {
        var at = model.LastCut(text);
        while (at > 0 && addedTokens.MayTouch(text, at))
            at = model.LastCut(text[..at]);
        return at;
    }
}
