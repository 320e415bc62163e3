using System.Buffers;
using System.Runtime.CompilerServices;

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
    public override bool Split(ReadOnlySpan<char> piece, bool atStart, in PieceChain next)
    {
        var prepends = piece[0] != ' ' && piece[0] != replacement && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && atStart));
        var length = piece.Length + (prepends ? 1 : 0);
        char[]? rented = null;
        var changed = length <= 256 ? stackalloc char[length] : (rented = ArrayPool<char>.Shared.Rent(length)).AsSpan(0, length);
        changed[0] = replacement;
        piece.Replace(changed[(prepends ? 1 : 0)..], ' ', replacement);

        var goesOn = split ? SplitBefore(changed, atStart, next) : next.Accept(changed, atStart);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return goesOn;
    }

    private bool SplitBefore(ReadOnlySpan<char> piece, bool atStart, in PieceChain next)
    {
        while (true)
        {
            var at = piece[1..].IndexOf(replacement);
            if (at < 0)
                return next.Accept(piece, atStart);
            if (!next.Accept(piece[..(at + 1)], atStart))
                return false;
            piece = piece[(at + 1)..];
            atStart = false;
        }
    }
}
