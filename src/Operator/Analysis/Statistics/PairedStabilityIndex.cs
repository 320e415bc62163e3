using Rerank.Contracts.Evidence;

namespace Rerank.Operator.Analysis.Statistics;

/// <summary>
/// Population stability index of two distributions that were seen in pairs: sum over bins of (p - q) ln(p / q), the bins being the deciles of the first. It is the symmetric
/// Kullback-Leibler (Jeffreys) divergence of the binned distributions.
/// </summary>
/// <remarks>
/// A pair moves into a bin, out of it, or neither: q - p is the share of the first less that of the second. Two arms that score alike move few pairs, so that this is known far sooner
/// than from two samples apart. The bins come from the data, so the bounds hold for every interval of buckets at once: half of alpha is spread over the cuts, which have one open end, half over all
/// other intervals. A divergence doesn't grow when bins are merged; so the index is at least that of every merging of neighbouring bins, and the lower bound is the largest over all of them.
/// </remarks>
internal sealed class PairedStabilityIndex
{
    private const int Buckets = Contracts.Evidence.Buckets.BestScores;
    private const int Bins = 10;

    private readonly List<int> _cuts = [0];

    // By bin of stable and of the candidate.
    private readonly long[,] _pairs;

    private PairedStabilityIndex(Histogram pairs)
    {
        var stable = new long[Buckets];
        foreach (var (bucket, count) in pairs.Counts)
        {
            if (bucket is >= 0 and < Buckets * Buckets && count > 0)
                stable[bucket / Buckets] += count;
        }

        Pairs = stable.Sum();
        long upTo = 0;
        for (int i = 0, next = 1; i < Buckets - 1 && next < Bins && Pairs > 0; i++)
        {
            upTo += stable[i];
            if (upTo * Bins < next * Pairs)
                continue;
            if (upTo < Pairs)
                _cuts.Add(i + 1);
            next = (int)(upTo * Bins / Pairs) + 1;
        }

        _cuts.Add(Buckets);
        var bins = new int[Buckets];
        for (int i = 0, bin = 0; i < Buckets; i++)
        {
            if (i >= _cuts[bin + 1])
                bin++;
            bins[i] = bin;
        }

        _pairs = new long[_cuts.Count - 1, _cuts.Count - 1];
        foreach (var (bucket, count) in pairs.Counts)
        {
            if (bucket is >= 0 and < Buckets * Buckets && count > 0)
                _pairs[bins[bucket / Buckets], bins[bucket % Buckets]] += count;
        }
    }

    public long Pairs { get; }

    /// <summary>What the index is seen to be, less what chance alone adds to it at most, (bins - 1) 2 / n; null without pairs.</summary>
    public double? Estimate
    {
        get
        {
            if (Pairs == 0)
                return null;
            var (bins, index) = (_cuts.Count - 1, 0.0);
            for (var bin = 0; bin < bins; bin++)
            {
                var (stable, into, outOf) = Moves(bin, bin + 1);

                // Half a pair more in each bin: an empty one would make the index infinite.
                var p = (stable + 0.5) / (Pairs + 0.5 * bins);
                var q = (stable + into - outOf + 0.5) / (Pairs + 0.5 * bins);
                index += (p - q) * Math.Log(p / q);
            }

            return Math.Max(0, index - (bins - 1) * 2.0 / Pairs);
        }
    }

    public static PairedStabilityIndex Of(Histogram pairs) => new(pairs);

    /// <returns>Infinite above while a bin may be empty.</returns>
    public Interval Bounds(double alpha)
    {
        if (Pairs == 0)
            return new(0, double.PositiveInfinity);

        var lower = new double[_cuts.Count];
        var upper = 0.0;
        for (var end = 1; end < _cuts.Count; end++)
        {
            for (var start = 0; start < end; start++)
            {
                var (least, most) = Term(start, end, alpha);
                upper += start == end - 1 ? most : 0;
                lower[end] = Math.Max(lower[end], lower[start] + least);
            }
        }

        return new(lower[^1], upper);
    }

    /// <summary>Bounds of an interval's part of the index.</summary>
    private (double Least, double Most) Term(int start, int end, double alpha)
    {
        if (start == 0 && end == _cuts.Count - 1)
            return (0, 0);
        double cuts = Buckets - 1, others = cuts * (cuts - 1) / 2;
        // Each cut has an interval on either side.
        var share = alpha * 0.5 / (start == 0 || end == _cuts.Count - 1 ? 2 * cuts : others);
        var (stable, into, outOf) = Moves(start, end);
        var p = Proportion.Bounds(stable, Pairs, share / 3);
        var change = Proportion.Bounds(into, Pairs, share / 3) - Proportion.Bounds(outOf, Pairs, share / 3);

        // Both |d ln((p + d) / p)| for d > 0 and d ln(p / (p - d)) fall in p and rise in d.
        var least = change.Lower > 0 ? Part(p.Upper, change.Lower) : change.Upper < 0 ? Part(p.Upper, change.Upper) : 0;
        var most = Math.Max(change.Upper > 0 ? Part(p.Lower, change.Upper) : 0, change.Lower < 0 ? Part(p.Lower, change.Lower) : 0);
        return (least, most);
    }

    private static double Part(double p, double change)
    {
        var q = p + change;
        return p <= 0 || q <= 0 ? double.PositiveInfinity : change * Math.Log(q / p);
    }

    /// <summary>Of bins from <paramref name="start"/> up to before <paramref name="end"/>: stable's pairs, those that only the candidate has there, and those that only stable has.</summary>
    private (long Stable, long Into, long OutOf) Moves(int start, int end)
    {
        long stable = 0, both = 0, candidate = 0;
        for (var i = 0; i < _cuts.Count - 1; i++)
        {
            for (var j = 0; j < _cuts.Count - 1; j++)
            {
                bool isFrom = i >= start && i < end, isTo = j >= start && j < end;
                stable += isFrom ? _pairs[i, j] : 0;
                candidate += isTo ? _pairs[i, j] : 0;
                both += isFrom && isTo ? _pairs[i, j] : 0;
            }
        }

        return (stable, candidate - both, stable - both);
    }
}
