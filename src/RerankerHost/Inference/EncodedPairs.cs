using System.Buffers;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Inference;

/// <summary>
/// A request's different pairs, sorted by length, their tokens one after the other in pooled memory: every batch is a
/// slice of it that ONNX Runtime reads in place.
/// </summary>
internal sealed class EncodedPairs : IDisposable
{
    private readonly int[] _sortedPlaces;
    private readonly IReadOnlyList<EncodedPassage> _passages;
    private readonly int[] _places;
    private long[] _ids;
    private long[] _types;

    private EncodedPairs(EncodedPair[] sorted, int[] sortedPlaces, IReadOnlyList<EncodedPassage> passages, int[] places)
    {
        Lengths = Array.ConvertAll(sorted, pair => pair.Length);
        _sortedPlaces = sortedPlaces;
        _passages = passages;
        _places = places;
        var tokens = Lengths.Sum();
        _ids = ArrayPool<long>.Shared.Rent(tokens);
        _types = ArrayPool<long>.Shared.Rent(tokens);
    }

    public int Count => Lengths.Length;

    /// <summary>Of the sorted pairs.</summary>
    public int[] Lengths { get; }

    /// <param name="passages">The request's different passages, by their pairs.</param>
    /// <param name="places">For every passage of the request which of them it is.</param>
    public static EncodedPairs Write(
        PairTemplate template, TokenBuffer tokens, IReadOnlyList<EncodedPair> pairs, IReadOnlyList<EncodedPassage> passages, int[] places)
    {
        // The longest first: what runs last is short, and so the workers finish together.
        var order = Enumerable.Range(0, pairs.Count).ToArray();
        Array.Sort(order, (a, b) => pairs[b].Length != pairs[a].Length ? pairs[b].Length.CompareTo(pairs[a].Length) : a.CompareTo(b));
        var sortedPlace = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            sortedPlace[order[i]] = i;

        var sorted = Array.ConvertAll(order, i => pairs[i]);
        var encoded = new EncodedPairs(sorted, sortedPlace, passages, places);
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
    public PairScore[] ToScores(float[] logits) => Array.ConvertAll(_places, place => ToScore(_passages[place], logits));

    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(_ids);
        ArrayPool<long>.Shared.Return(_types);
        _ids = [];
        _types = [];
    }

    private PairScore ToScore(EncodedPassage passage, float[] logits)
    {
        var best = float.NegativeInfinity;
        for (var i = 0; i < passage.Pairs; i++)
            best = Math.Max(best, logits[_sortedPlaces[passage.FirstPair + i]]);
        return new PairScore(best, passage.Tokens, passage.Truncated, passage.TotalTokens);
    }
}
