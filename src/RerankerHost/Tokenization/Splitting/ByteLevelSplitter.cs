using System.Buffers;
using Rerank.RerankerHost.Tokenization.Places;
using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Splitting;

/// <summary>
/// Cuts text as GPT-2's expression does: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
/// </summary>
internal sealed class ByteLevelSplitter(bool addsPrefixSpace, bool cuts) : Splitter
{
    /// <summary>The expression, as tokenizer.json may have it by itself.</summary>
    public const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public override bool Split(ReadOnlySpan<char> piece, TextStart start, PiecePlace place, in PieceChain next)
    {
        if (!addsPrefixSpace || piece[0] == ' ' || start == TextStart.Continued)
            return Cut(piece, place, next);

        var prefixed = ArrayPool<char>.Shared.Rent(piece.Length + 1);
        prefixed[0] = ' ';
        piece.CopyTo(prefixed.AsSpan(1));
        var goesOn = Cut(prefixed.AsSpan(0, piece.Length + 1), place.Prepend(), next);
        ArrayPool<char>.Shared.Return(prefixed);
        return goesOn;
    }

    public override int LastCut(ReadOnlySpan<char> text)
    {
        for (var at = text.Length - 1; cuts && at > 0; at--)
        {
            if (char.IsLowSurrogate(text[at]))
                continue;

            // A space goes with what follows it, and so may an apostrophe.
            var before = CodePoints.Before(text, at);
            var kind = CharacterClasses.Of(before);
            if (kind != CharacterClass.Space && before != '\'' && kind != CharacterClasses.Of(CodePoints.At(text, at, out _)))
                return at;
        }

        return 0;
    }

    private bool Cut(ReadOnlySpan<char> piece, PiecePlace place, in PieceChain next)
    {
        // Where a piece stands matters to none of what may follow.
        if (!cuts)
            return next.Accept(piece, TextStart.Part, place);
        while (!piece.IsEmpty)
        {
            var length = FirstLength(piece);
            if (!next.Accept(piece[..length], TextStart.Part, place))
                return false;
            piece = piece[length..];
            place = place.Skip(length);
        }

        return true;
    }

    /// <summary>How many UTF-16 units the expression matches at the text's start.</summary>
    private static int FirstLength(ReadOnlySpan<char> text)
    {
        var contraction = ContractionLength(text);
        if (contraction > 0)
            return contraction;

        var start = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        var kind = CharacterClasses.Of(CodePoints.At(text, start, out _));
        if (kind != CharacterClass.Space)
            return RunLength(text, start, kind);

        // White space before text leaves its last character to it.
        var length = RunLength(text, 0, CharacterClass.Space);
        return length == text.Length || length == 1 ? length : length - 1;
    }

    private static int RunLength(ReadOnlySpan<char> text, int at, CharacterClass kind)
    {
        while (at < text.Length && CharacterClasses.Of(CodePoints.At(text, at, out var length)) == kind)
            at += length;
        return at;
    }

    private static int ContractionLength(ReadOnlySpan<char> text)
    {
        if (text[0] != '\'' || text.Length < 2)
            return 0;
        if (text[1] is 's' or 't' or 'm' or 'd')
            return 2;
        return text.Length > 2 && (text[1], text[2]) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }
}
