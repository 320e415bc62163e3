using System.Buffers;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Inference;

/// <summary>
/// A request's different pairs, sorted by length, their tokens one after the other in pooled memory: every batch is a
/// slice of it that ONNX Runtime reads in place.
/// </summary>
internal sealed class EncodedPairs : IDisposable
{
    private readonly EncodedPair[] _sorted;
    private readonly int[] _sortedPlaces;
    private long[] _ids;
    private long[] _types;

    private EncodedPairs(EncodedPair[] sorted, int[] sortedPlaces, int tokens)
    {
        _sorted = sorted;
        _sortedPlaces = sortedPlaces;
        _ids = ArrayPool<long>.Shared.Rent(tokens);
        _types = ArrayPool<long>.Shared.Rent(tokens);
    }

    public int Count => _sorted.Length;

    public int[] Lengths => Array.ConvertAll(_sorted, pair => pair.Length);

    /// <param name="places">For every passage of the request its pair.</param>
    public static EncodedPairs Write(PairTemplate template, TokenBuffer tokens, IReadOnlyList<EncodedPair> pairs, int[] places)
    {
        // The longest first: what runs last is short, and so the workers finish together.
        var order = Enumerable.Range(0, pairs.Count).ToArray();
        Array.Sort(order, (a, b) => pairs[b].Length != pairs[a].Length ? pairs[b].Length.CompareTo(pairs[a].Length) : a.CompareTo(b));
        var sortedPlace = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            sortedPlace[order[i]] = i;

        var sorted = Array.ConvertAll(order, i => pairs[i]);
        var encoded = new EncodedPairs(sorted, Array.ConvertAll(places, place => sortedPlace[place]), sorted.Sum(pair => pair.Length));
        var offset = 0;
        foreach (var pair in sorted)
        {
            template.WritePair(
                tokens[..pair.Query],
                tokens[pair.PassageStart..(pair.PassageStart + pair.Passage)],
                encoded._ids.AsSpan(offset, pair.Length),
                encoded._types.AsSpan(offset, pair.Length));
            offset += pair.Length;
        }

        return encoded;
    }

    public Memory<long> Ids(PairBatch batch) => _ids.AsMemory(batch.Offset, batch.Tokens);

    public Memory<long> Types(PairBatch batch) => _types.AsMemory(batch.Offset, batch.Tokens);

    /// <summary>Scores in the order of the request's passages.</summary>
    /// <param name="logits">One for each of the sorted pairs.</param>
    public PairScore[] ToScores(float[] logits) =>
        Array.ConvertAll(_sortedPlaces, place => new PairScore(logits[place], _sorted[place].Length, _sorted[place].Truncated));

    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(_ids);
        ArrayPool<long>.Shared.Return(_types);
        _ids = [];
        _types = [];
    }
}
