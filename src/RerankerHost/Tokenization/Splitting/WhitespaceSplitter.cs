using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Splitting;

/// <summary>Cuts at white space, which is dropped.</summary>
internal sealed class WhitespaceSplitter : Splitter
{
    public override bool Split(ReadOnlySpan<char> piece, bool atStart, in PieceChain next)
    {
        var at = 0;
        while (at < piece.Length)
        {
            // All white space is in the first plane.
            var start = at;
            while (at < piece.Length && !CharacterClasses.IsSpace(piece[at]))
                at++;
            if (!next.Accept(piece[start..at], atStart && start == 0))
                return false;
            while (at < piece.Length && CharacterClasses.IsSpace(piece[at]))
                at++;
        }

        return true;
    }
}
