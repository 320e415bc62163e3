using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Splitting;

/// <summary>Cuts at white space, which is dropped.</summary>
internal sealed class WhitespaceSplitter : Splitter
{
    public override bool Split(ReadOnlySpan<char> piece, bool atStart, in PieceChain next)
    {
        while (true)
        {
            var end = piece.IndexOfAny(CharacterClasses.Spaces);
            if (end < 0)
                return next.Accept(piece, atStart);
            if (!next.Accept(piece[..end], atStart))
                return false;

            var start = piece[end..].IndexOfAnyExcept(CharacterClasses.Spaces);
            if (start < 0)
                return true;
            piece = piece[(end + start)..];
            atStart = false;
        }
    }
}
