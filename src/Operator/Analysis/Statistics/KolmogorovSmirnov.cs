namespace Rerank.Operator.Analysis.Statistics;

/// <summary>Largest difference of two distribution functions, with bounds by a time-uniform Dvoretzky-Kiefer-Wolfowitz inequality.</summary>
/// <remarks>Howard, Ramdas, Sequential estimation of quantiles with applications to A/B testing and best-arm identification, Bernoulli 28 (2022), corollary 2 with m = 1.</remarks>
internal static class KolmogorovSmirnov
{
    /// <summary>In [0, 1]; null when either has no values.</summary>
    public static double? Distance(Tally left, Tally right)
    {
        if (left.Total == 0 || right.Total == 0)
            return null;

        var distance = 0.0;
        for (var bucket = left.First; bucket < left.Last; bucket++)
            distance = Math.Max(distance, Math.Abs((double)left.UpTo(bucket) / left.Total - (double)right.UpTo(bucket) / right.Total));
        return distance;
    }

    public static Interval Bounds(Tally left, Tally right, double alpha)
    {
        var distance = Distance(left, right) ?? 0;
        var radius = Radius(left.Total, alpha / 2) + Radius(right.Total, alpha / 2);
        return new(Math.Max(0, distance - radius), Math.Min(1, distance + radius));
    }

    /// <summary>How far the distribution function that is seen ever is from the true one, with probability 1 - alpha at least.</summary>
    public static double Radius(long count, double alpha) =>
        count == 0 ? 1 : Math.Min(1, 0.85 * Math.Sqrt((Math.Log(1 + Math.Log(count)) + 0.8 * Math.Log(1612 / alpha)) / count));
}
