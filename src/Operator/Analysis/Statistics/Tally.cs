using Rerank.Contracts.Evidence;

namespace Rerank.Operator.Analysis.Statistics;

/// <summary>A histogram in the order of its buckets. What no router reports (counts below zero, buckets that don't exist) is left out or moved to the nearest.</summary>
internal sealed class Tally
{
    private readonly int _first;
    private readonly long[] _upTo;

    /// <param name="histogram">As routers report it.</param>
    /// <param name="first">The lowest bucket.</param>
    /// <param name="last">The highest.</param>
    public Tally(Histogram histogram, int first, int last)
    {
        _first = first;
        _upTo = new long[last - first + 1];
        foreach (var (bucket, count) in histogram.Counts)
            _upTo[Math.Clamp(bucket, first, last) - first] += Math.Max(0, count);
        for (var i = 1; i < _upTo.Length; i++)
            _upTo[i] += _upTo[i - 1];
    }

    public static Tally OfLatency(Histogram histogram) => new(histogram, 0, Buckets.MaxLatency);

    public static Tally OfLogits(Histogram histogram) => new(histogram, Buckets.MinLogit, Buckets.MaxLogit);

    public int First => _first;

    public int Last => _first + _upTo.Length - 1;

    public long Total => _upTo[^1];

    /// <summary>How many values are in this bucket and those below it.</summary>
    public long UpTo(int bucket) => bucket < _first ? 0 : _upTo[Math.Min(bucket - _first, _upTo.Length - 1)];

    /// <summary>The lowest bucket that this share of all values is not above; null without values.</summary>
    public int? Quantile(double share)
    {
        if (Total == 0)
            return null;
        var bucket = First;
        while (UpTo(bucket) < share * Total)
            bucket++;
        return bucket;
    }
}
