using Rerank.RerankerHost.Tokenization.Splitting;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Splits a text, and hands the pieces to a model of subwords.</summary>
internal sealed class SplitText(Splitter[] splitters, ISubwordModel model) : ITextModel
{
    public int Tokenize(ReadOnlySpan<char> text, bool atStart, TokenBuffer output, int limit)
    {
        var start = output.Count;
        if (limit > 0)
            new PieceChain(splitters, model, output, (int)Math.Min((long)start + limit, int.MaxValue)).Accept(text, atStart);
        return output.Count - start;
    }
}
