namespace Rerank.Operator.Analysis.Statistics;

/// <summary>
/// Population stability index of two distributions over buckets: sum over bins of (p - q) ln(p / q), the bins being the deciles of the first. It is the
/// symmetric Kullback-Leibler (Jeffreys) divergence of the binned distributions.
/// </summary>
/// <remarks>
/// The bins come from the data, so the bounds of p and q hold for every interval of buckets at once: half of alpha is spread over the cuts, which have one
/// open end, half over all other intervals. A divergence doesn't grow when bins are merged; so the index is at least that of every merging of
/// neighbouring bins, and the lower bound is the largest over all of them: few wide bins are known well early, many narrow ones show more later.
/// </remarks>
internal static class StabilityIndex
{
    private const int Bins = 10;

    /// <summary>What the index is seen to be, less what chance alone adds to it, (bins - 1)(1/n + 1/m); null when either has no values.</summary>
    public static double? Estimate(Tally stable, Tally candidate)
    {
        if (stable.Total == 0 || candidate.Total == 0)
            return null;

        var cuts = Cuts(stable);
        var index = 0.0;
        for (var i = 1; i < cuts.Count; i++)
        {
            // Half a value more in each bin: an empty one would make the index infinite.
            var p = (Between(stable, cuts[i - 1], cuts[i]) + 0.5) / (stable.Total + 0.5 * (cuts.Count - 1));
            var q = (Between(candidate, cuts[i - 1], cuts[i]) + 0.5) / (candidate.Total + 0.5 * (cuts.Count - 1));
            index += (p - q) * Math.Log(p / q);
        }

        return Math.Max(0, index - (cuts.Count - 2) * (1.0 / stable.Total + 1.0 / candidate.Total));
    }

    /// <returns>Infinite above while a bin may be empty.</returns>
    public static Interval Bounds(Tally stable, Tally candidate, double alpha)
    {
        var cuts = Cuts(stable);
        var lower = new double[cuts.Count];
        var upper = 0.0;
        for (var end = 1; end < cuts.Count; end++)
        {
            for (var start = 0; start < end; start++)
            {
                var (isBin, least) = (start == end - 1, 0.0);
                if (isBin || MayDiffer(stable, candidate, cuts[start], cuts[end], alpha / 2))
                {
                    var p = BoundsBetween(stable, cuts[start], cuts[end], alpha / 2);
                    var q = BoundsBetween(candidate, cuts[start], cuts[end], alpha / 2);
                    least = Least(p, q);
                    upper += isBin ? Most(p, q) : 0;
                }

                lower[end] = Math.Max(lower[end], lower[start] + least);
            }
        }

        return new(lower[^1], upper);
    }

    /// <summary>Buckets after which a bin ends, from the one before the first to the last. Fewer than ten bins where one bucket has more than a tenth.</summary>
    private static List<int> Cuts(Tally stable)
    {
        List<int> cuts = [stable.First - 1];
        for (var i = 1; i < Bins && stable.Total > 0; i++)
        {
            var cut = stable.Quantile((double)i / Bins)!.Value;
            if (cut > cuts[^1] && cut < stable.Last)
                cuts.Add(cut);
        }

        return [.. cuts, stable.Last];
    }

    private static long Between(Tally tally, int after, int upTo) => tally.UpTo(upTo) - tally.UpTo(after);

    private static Interval BoundsBetween(Tally tally, int after, int upTo, double alpha) =>
        ShareOfAlpha(tally, after, upTo) is { } share ? Proportion.Bounds(Between(tally, after, upTo), tally.Total, alpha * share) : new(1, 1);

    /// <summary>Whether the two bounds are apart: never when both hold the share of both arms together. Saves computing most of them.</summary>
    private static bool MayDiffer(Tally stable, Tally candidate, int after, int upTo, double alpha)
    {
        if (ShareOfAlpha(stable, after, upTo) is not { } share || candidate.Total == 0)
            return false;

        long seen = Between(stable, after, upTo), others = Between(candidate, after, upTo);
        var both = (double)(seen + others) / (stable.Total + candidate.Total);
        return Excludes(seen, stable.Total) || Excludes(others, candidate.Total);

        bool Excludes(long count, long total) =>
            Proportion.IsAbove(both, count, total, alpha * share) || Proportion.IsBelow(both, count, total, alpha * share);
    }

    /// <summary>An interval's part of the error; null for all buckets together, which have no error.</summary>
    private static double? ShareOfAlpha(Tally tally, int after, int upTo)
    {
        bool isOpenBelow = after < tally.First, isOpenAbove = upTo == tally.Last;
        if (isOpenBelow && isOpenAbove)
            return null;

        // A cut splits the buckets into two sides of which each has the bounds of the other.
        double cuts = tally.Last - tally.First, others = cuts * (cuts - 1) / 2;
        return 0.5 / (isOpenBelow || isOpenAbove ? cuts : others);
    }

    private static double Least(Interval p, Interval q) =>
        p.Lower > q.Upper ? Term(p.Lower, q.Upper) : q.Lower > p.Upper ? Term(p.Upper, q.Lower) : 0;

    private static double Most(Interval p, Interval q) => Math.Max(Term(p.Upper, q.Lower), Term(p.Lower, q.Upper));

    private static double Term(double p, double q) => p == q ? 0 : (p - q) * Math.Log(p / q);
}
