using Rerank.RerankerHost.Tokenization.Splitting;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Splits a text, and hands the pieces to a model of subwords.</summary>
internal sealed class SplitText(Splitter[] splitters, ISubwordModel model) : ITextModel
{
    public int Tokenize(ReadOnlySpan<char> text, TextStart at, TokenBuffer output, int limit)
    {
        var start = output.Count;
        if (limit > 0)
            new PieceChain(splitters, model, output, (int)Math.Min((long)start + limit, int.MaxValue)).Accept(text, at, default);
        return output.Count - start;
    }

    public int LastCut(ReadOnlySpan<char> text) => splitters.Length == 0 ? 0 : splitters[0].LastCut(text);
}
