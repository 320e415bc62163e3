using Rerank.RerankerHost.Tokenization.Normalization;
using Rerank.RerankerHost.Tokenization.Splitting;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Normalizers, added tokens of the normalized text, splitters and a model, in this order.</summary>
internal sealed class TextPipeline(NormalizerChain normalizers, AddedTokens normalizedTokens, Splitter[] splitters, ISubwordModel model) : ITextModel
{
    public int Tokenize(ReadOnlySpan<char> text, bool atStart, TokenBuffer output, int limit)
    {
        using var first = new PooledList<char>();
        using var second = new PooledList<char>();
        var normalized = normalizers.Apply(text, first, second, out var keepsStart);
        atStart &= keepsStart;

        var start = output.Count;
        var end = (int)Math.Min((long)start + limit, int.MaxValue);
        var pieces = new PieceChain(splitters, model, output, end);
        var cursor = new AddedTokenCursor();
        while (output.Count < end)
        {
            var from = cursor.Taken;
            if (!normalizedTokens.TryNext(normalized, ref cursor, out var found))
            {
                pieces.Accept(normalized[from..], atStart && from == 0);
                break;
            }

            if (from < found.Start && !pieces.Accept(normalized[from..found.Start], atStart && from == 0))
                break;
            output.Add(found.Id);
        }

        return output.Count - start;
    }
}
