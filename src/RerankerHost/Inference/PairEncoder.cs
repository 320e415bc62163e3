using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Inference;

/// <summary>Turns a request's texts into the tokens that the model is fed.</summary>
internal sealed class PairEncoder(TextTokenizer tokenizer, int maxTokens, Truncation truncation)
{
    private readonly int _specialTokens = tokenizer.Pair.PairTokens;

    /// <exception cref="InputTooLongException">A pair doesn't fit and mustn't be cut so far.</exception>
    public EncodedPairs Encode(string query, IReadOnlyList<string> passages, PairOptions options, CancellationToken cancellationToken)
    {
        using var tokens = new TokenBuffer();
        var limit = options.Truncate ? maxTokens : int.MaxValue;
        var queryTokens = tokenizer.Tokenize(query, tokens, limit);
        var cap = options.MaxTokensPerPassage ?? int.MaxValue;
        if (cap < limit)
            limit = cap + 1;

        var places = new int[passages.Count];
        var known = new Dictionary<string, int>(passages.Count, StringComparer.Ordinal);
        var pairs = new List<EncodedPair>(passages.Count);
        for (var i = 0; i < passages.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!known.TryGetValue(passages[i], out places[i]))
            {
                places[i] = pairs.Count;
                known.Add(passages[i], pairs.Count);
                var start = tokens.Count;
                var passageTokens = tokenizer.Tokenize(passages[i], tokens, limit);
                pairs.Add(Fit(i, queryTokens, passageTokens, cap, options.Truncate) with { PassageStart = start });
            }
        }

        return EncodedPairs.Write(tokenizer.Pair, tokens, pairs, places);
    }

    private EncodedPair Fit(int index, int query, int passage, int cap, bool truncate)
    {
        var capped = Math.Min(passage, cap);
        if (!truncate && (long)query + capped + _specialTokens > maxTokens)
            throw InputTooLongException.TruncationOff(index, query + capped + _specialTokens, maxTokens);
        if (PairTruncation.Fit(query, capped, maxTokens, _specialTokens, truncation) is not { } fit)
            throw InputTooLongException.NoRoomForPassage(index, query, maxTokens);

        var truncated = fit.Query < query || fit.Passage < passage;
        return new EncodedPair(0, fit.Query, fit.Passage, fit.Query + fit.Passage + _specialTokens, truncated);
    }
}

/// <param name="PassageStart">Where the passage's tokens begin.</param>
/// <param name="Query">Tokens of the query that are left.</param>
/// <param name="Passage">Tokens of the passage that are left.</param>
/// <param name="Length">With special tokens.</param>
internal readonly record struct EncodedPair(int PassageStart, int Query, int Passage, int Length, bool Truncated);
