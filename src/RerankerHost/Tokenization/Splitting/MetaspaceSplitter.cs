using System.Buffers;
using System.Runtime.CompilerServices;
using Rerank.RerankerHost.Tokenization.Places;

namespace Rerank.RerankerHost.Tokenization.Splitting;

/// <summary>When a piece gets the replacement of a space in front.</summary>
internal enum PrependScheme
{
    Never,
    First,
    Always,
}

/// <summary>Makes spaces visible, and cuts before each of them.</summary>
internal sealed class MetaspaceSplitter(char replacement, PrependScheme scheme, bool split) : Splitter
{
    [SkipLocalsInit]
    public override bool Split(ReadOnlySpan<char> piece, TextStart start, PiecePlace place, in PieceChain next)
    {
        // What isn't at the text's start is a piece like any other.
        start = start == TextStart.Whole ? start : TextStart.Part;
        var prepends = piece[0] != ' ' && piece[0] != replacement && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && start == TextStart.Whole));
        var length = piece.Length + (prepends ? 1 : 0);
        char[]? rented = null;
        var changed = length <= 256 ? stackalloc char[length] : (rented = ArrayPool<char>.Shared.Rent(length)).AsSpan(0, length);
        changed[0] = replacement;
        piece.Replace(changed[(prepends ? 1 : 0)..], ' ', replacement);

        place = prepends ? place.Prepend() : place;
        var goesOn = split ? SplitBefore(changed, start, place, next) : next.Accept(changed, start, place);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return goesOn;
    }

    public override int LastCut(ReadOnlySpan<char> text) => split ? Math.Max(0, text.LastIndexOfAny(replacement, ' ')) : 0;

    private bool SplitBefore(ReadOnlySpan<char> piece, TextStart start, PiecePlace place, in PieceChain next)
    {
        while (true)
        {
            var at = piece[1..].IndexOf(replacement);
            if (at < 0)
                return next.Accept(piece, start, place);
            if (!next.Accept(piece[..(at + 1)], start, place))
                return false;
            piece = piece[(at + 1)..];
            place = place.Skip(at + 1);
            start = TextStart.Part;
        }
    }
}
