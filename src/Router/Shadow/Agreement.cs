namespace Rerank.Router.Shadow;

/// <summary>How alike two rankings of the same n items are. A ranking is a permutation of 0 to n - 1, best first.</summary>
internal static class Agreement
{
    /// <summary>Share, in [0, 1], of the first <paramref name="places"/> places that both have in common.</summary>
    public static double Overlap(ReadOnlySpan<int> left, ReadOnlySpan<int> right, int places)
    {
        var inLeft = new bool[left.Length];
        foreach (var item in left[..places])
            inLeft[item] = true;

        var common = 0;
        foreach (var item in right[..places])
        {
            if (inLeft[item])
                common++;
        }

        return (double)common / places;
    }

    /// <summary>
    /// Rank-biased overlap, extrapolated, in [0, 1]: the overlap at every depth, of which depth d weighs in proportion to persistence^d. Webber, Moffat and
    /// Zobel, "A similarity measure for indefinite rankings", ACM TOIS 28(4), 2010, equation 32 for lists of one length.
    /// </summary>
    public static double RankBiasedOverlap(ReadOnlySpan<int> left, ReadOnlySpan<int> right, double persistence)
    {
        var inLeft = new bool[left.Length];
        var inRight = new bool[right.Length];
        var common = 0;
        var sum = 0.0;
        var weight = 1.0;
        for (var i = 0; i < left.Length; i++)
        {
            inLeft[left[i]] = true;
            inRight[right[i]] = true;
            if (left[i] == right[i])
                common++;
            else
                common += (inRight[left[i]] ? 1 : 0) + (inLeft[right[i]] ? 1 : 0);

            weight *= persistence;
            sum += (double)common / (i + 1) * weight;
        }

        return (double)common / left.Length * weight + (1 - persistence) / persistence * sum;
    }

    /// <summary>
    /// Kendall's tau-b, in [-1, 1], over the items that either ranking has among its first <paramref name="places"/>; what a ranking has below them
    /// is tied last in it. 1 when there is one such item only. Kendall, "The treatment of ties in ranking problems", Biometrika 33(3), 1945.
    /// </summary>
    public static double KendallTau(ReadOnlySpan<int> left, ReadOnlySpan<int> right, int places)
    {
        var rankInLeft = RanksOf(left, places);
        var rankInRight = RanksOf(right, places);
        var union = new List<int>(2 * places);
        for (var item = 0; item < left.Length; item++)
        {
            if (rankInLeft[item] < places || rankInRight[item] < places)
                union.Add(item);
        }

        long concordance = 0, untiedInLeft = 0, untiedInRight = 0;
        for (var i = 1; i < union.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var inLeft = Math.Sign(rankInLeft[union[i]] - rankInLeft[union[j]]);
                var inRight = Math.Sign(rankInRight[union[i]] - rankInRight[union[j]]);
                concordance += inLeft * inRight;
                untiedInLeft += Math.Abs(inLeft);
                untiedInRight += Math.Abs(inRight);
            }
        }

        return union.Count == 1 ? 1 : concordance / Math.Sqrt((double)untiedInLeft * untiedInRight);
    }

    private static int[] RanksOf(ReadOnlySpan<int> ranking, int places)
    {
        var ranks = new int[ranking.Length];
        Array.Fill(ranks, places);
        for (var i = 0; i < places; i++)
            ranks[ranking[i]] = i;
        return ranks;
    }
}
