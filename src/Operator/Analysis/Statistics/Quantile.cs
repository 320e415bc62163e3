namespace Rerank.Operator.Analysis.Statistics;

/// <summary>
/// Confidence sequence for a quantile of values in buckets. That the quantile is not above a bucket is shown by the share of values above it being
/// below 1 - q, and the other way around. One alpha is enough for all buckets: such a test only gets easier from bucket to bucket, so the bound can only be
/// wrong when the test next to the true quantile is.
/// </summary>
/// <remarks>Howard, Ramdas, Sequential estimation of quantiles with applications to A/B testing and best-arm identification, Bernoulli 28 (2022), section 3.</remarks>
internal static class Quantile
{
    /// <summary>The lowest bucket that the quantile is not above; null when it can be any.</summary>
    /// <param name="tally">What was seen.</param>
    /// <param name="share">q, in (0, 1).</param>
    /// <param name="alpha">Of this bound.</param>
    public static int? Upper(Tally tally, double share, double alpha)
    {
        int low = tally.First, high = tally.Last + 1;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (Proportion.IsBelow(1 - share, tally.Total - tally.UpTo(middle), tally.Total, alpha))
                high = middle;
            else
                low = middle + 1;
        }

        return low > tally.Last ? null : low;
    }

    /// <summary>The highest bucket that the quantile is above; null when it can be any.</summary>
    public static int? Lower(Tally tally, double share, double alpha)
    {
        int low = tally.First - 1, high = tally.Last;
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            if (Proportion.IsAbove(1 - share, tally.Total - tally.UpTo(middle), tally.Total, alpha))
                low = middle;
            else
                high = middle - 1;
        }

        return low < tally.First ? null : low;
    }
}
