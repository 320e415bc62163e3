using Rerank.RerankerHost.Tokenization.Places;
using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Splitting;

/// <summary>Cuts at white space, which is dropped.</summary>
internal sealed class WhitespaceSplitter : Splitter
{
    public override bool Split(ReadOnlySpan<char> piece, TextStart start, PiecePlace place, in PieceChain next)
    {
        // What isn't at the text's start is a piece like any other.
        start = start == TextStart.Whole ? start : TextStart.Part;
        while (true)
        {
            var end = piece.IndexOfAny(CharacterClasses.Spaces);
            if (end < 0)
                return next.Accept(piece, start, place);
            if (!next.Accept(piece[..end], start, place))
                return false;

            var from = piece[end..].IndexOfAnyExcept(CharacterClasses.Spaces);
            if (from < 0)
                return true;
            piece = piece[(end + from)..];
            place = place.Skip(end + from);
            start = TextStart.Part;
        }
    }

    public override int LastCut(ReadOnlySpan<char> text) => Math.Max(0, text.LastIndexOfAny(CharacterClasses.Spaces));
}
