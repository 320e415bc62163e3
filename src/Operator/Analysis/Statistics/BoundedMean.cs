
namespace Rerank.Operator.Analysis.Statistics;

/// <summary>
/// Confidence sequence for the mean of values in [0, 1], by betting: who has staked the fraction c of what he has on every value being above m, at fair odds for
/// a mean of m, owns prod((1 - c) + c x / m) of 1. With a mean of m or less that is a supermartingale, whatever the distribution; it stays one
/// when the stake is spread over several fixed c. The lower bound is the largest m against which it has reached 1/alpha.
/// </summary>
/// <remarks>
/// Waudby-Smith, Ramdas, Estimating means of bounded random variables by betting, JRSS B 86 (2024): a diversified ("dKelly") capital process, with bets that don't
/// depend on what was seen. So order doesn't matter, and counts per value are all it takes. With fractions c rather than the paper's
/// lambda = c / m the capital falls in m, and the set of means not excluded is an interval.
/// </remarks>
internal static class BoundedMean
{
    private const int Halvings = 22;

    /// <summary>Large ones find a collapse in few values, small ones a little shift in many.</summary>
    private static readonly double[] Fractions = [0.9, .. Enumerable.Range(1, 10).Select(power => Math.Pow(2, -power))];

    /// <param name="values">Each in [0, 1], with the number of times that it was seen.</param>
    /// <param name="alpha">Of each bound.</param>
    public static Interval Bounds(IReadOnlyList<(double Value, long Count)> values, double alpha) =>
        new(Lower(values, alpha), 1 - Lower([.. values.Select(v => (1 - v.Value, v.Count))], alpha));

    public static double? Mean(IReadOnlyList<(double Value, long Count)> values)
    {
        var count = values.Sum(v => v.Count);
        return count == 0 ? null : values.Sum(v => v.Value * v.Count) / count;
    }

    private static double Lower(IReadOnlyList<(double Value, long Count)> values, double alpha)
    {
        // Against the mean that was seen, no bet has won anything: the bound is below it.
        double excluded = 0, open = Mean(values) ?? 0;
        for (var i = 0; i < Halvings && open > 0; i++)
        {
            var middle = 0.5 * (excluded + open);
            if (LogCapital(values, middle) >= -Math.Log(alpha))
                excluded = middle;
            else
                open = middle;
        }

        return excluded;
    }

    /// <summary>ln of what the bets against a mean this low own now of the 1 that they began with.</summary>
    public static double LogCapital(IReadOnlyList<(double Value, long Count)> values, double mean)
    {
        Span<double> logs = stackalloc double[Fractions.Length];
        var most = double.NegativeInfinity;
        for (var j = 0; j < logs.Length; j++)
        {
            foreach (var (value, count) in values)
                logs[j] += count * Math.Log(1 - Fractions[j] + Fractions[j] * value / mean);
            most = Math.Max(most, logs[j]);
        }

        var sum = 0.0;
        foreach (var log in logs)
            sum += Math.Exp(log - most);
        return most + Math.Log(sum / logs.Length);
    }
}
