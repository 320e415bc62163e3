using System.Runtime.InteropServices;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Inference;

/// <summary>
/// A request's different pairs, the longest first. Query and passages are kept once, as tokens in pooled memory; pairs are
/// put together only where a model reads them.
/// </summary>
internal sealed class EncodedPairs : IPairSet, IDisposable
{
    private readonly PairTemplate _template;
    private readonly TokenBuffer _tokens;
    private readonly EncodedPair[] _pairs;
    private readonly int[] _sortedPlaces;
    private readonly IReadOnlyList<EncodedPassage> _passages;
    private readonly int[] _places;

    /// <param name="tokens">The query's, then the passages'; disposed with this.</param>
    /// <param name="passages">The request's different passages, by their pairs.</param>
    /// <param name="places">For every passage of the request which of them it is.</param>
    public EncodedPairs(
        PairTemplate template, TokenBuffer tokens, IReadOnlyList<EncodedPair> pairs, IReadOnlyList<EncodedPassage> passages, int[] places)
    {
        _template = template;
        _tokens = tokens;
        _passages = passages;
        _places = places;

        var order = new long[pairs.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = ((long)-pairs[i].Length << 32) | (uint)i;
        Array.Sort(order);
        _pairs = new EncodedPair[order.Length];
        _sortedPlaces = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            var place = (int)(order[i] & uint.MaxValue);
            _sortedPlaces[place] = i;
            _pairs[i] = pairs[place] with { Hash = HashOf(pairs[place]) };
        }
    }

    public int Count => _pairs.Length;

    public int Length(int pair) => _pairs[pair].Length;

    public int Hash(int pair) => _pairs[pair].Hash;

    public bool Same(int pair, IPairSet other, int otherPair)
    {
        if (other is not EncodedPairs pairs)
            return false;
        var (mine, others) = (_pairs[pair], pairs._pairs[otherPair]);
        return mine.Hash == others.Hash
            && QueryOf(mine).SequenceEqual(pairs.QueryOf(others))
            && PassageOf(mine).SequenceEqual(pairs.PassageOf(others));
    }

    /// <summary>Writes a pair as the model reads it.</summary>
    /// <param name="ids">As long as the pair.</param>
    /// <param name="types">As long as the pair.</param>
    public void Write(int pair, Span<long> ids, Span<long> types) => _template.WritePair(QueryOf(_pairs[pair]), PassageOf(_pairs[pair]), ids, types);

    /// <summary>Scores in the order of the request's passages.</summary>
    /// <param name="logits">One for each of the sorted pairs.</param>
    public PairScore[] ToScores(float[] logits)
    {
        var scores = new PairScore[_places.Length];
        for (var i = 0; i < scores.Length; i++)
            scores[i] = ToScore(_passages[_places[i]], logits);
        return scores;
    }

    public void Dispose() => _tokens.Dispose();

    private PairScore ToScore(EncodedPassage passage, float[] logits)
    {
        var best = float.NegativeInfinity;
        for (var i = 0; i < passage.Pairs; i++)
            best = Math.Max(best, logits[_sortedPlaces[passage.FirstPair + i]]);
        return new PairScore(best, passage.Tokens, passage.Truncated, passage.TotalTokens);
    }

    private ReadOnlySpan<int> QueryOf(EncodedPair pair) => _tokens[..pair.Query];

    private ReadOnlySpan<int> PassageOf(EncodedPair pair) => _tokens[pair.PassageStart..(pair.PassageStart + pair.Passage)];

    private int HashOf(EncodedPair pair)
    {
        var hash = new HashCode();
        hash.Add(pair.Query);
        hash.AddBytes(MemoryMarshal.AsBytes(QueryOf(pair)));
        hash.AddBytes(MemoryMarshal.AsBytes(PassageOf(pair)));
        return hash.ToHashCode();
    }
}
