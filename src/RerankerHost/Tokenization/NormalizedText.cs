using Rerank.RerankerHost.Tokenization.Normalization;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Normalizes a text, finds the added tokens of the normalized text, and hands on what is between them.</summary>
internal sealed class NormalizedText(NormalizerChain normalizers, AddedTokens addedTokens, ITextModel model) : ITextModel
{
    public int Tokenize(ReadOnlySpan<char> text, bool atStart, TokenBuffer output, int limit)
    {
        using var first = new PooledList<char>();
        using var second = new PooledList<char>();
        var normalized = normalizers.Apply(text, first, second, out var keepsStart);
        return addedTokens.Tokenize(normalized, atStart && keepsStart, model, output, limit);
    }
}
