using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>A share of each arm's trials, judged by the difference of the two. Positive is worse.</summary>
internal static class ShareMetric
{
    /// <param name="name">What the share is.</param>
    /// <param name="samples">What is tried.</param>
    /// <param name="isHarm">Whether a larger share is worse.</param>
    /// <param name="threshold">By how much the share may be worse.</param>
    public static Finding Measure(string name, string samples, bool isHarm, ArmCounts stable, ArmCounts candidate, double threshold, double alpha)
    {
        var counted = new Samples(samples, stable.Trials, candidate.Trials);
        if (counted.AreFewerThan(1))
            return new() { Threshold = threshold, Samples = counted, Stable = Share(stable), Candidate = Share(candidate) };

        // What is counted is the bad ones, whichever the metric counts: the prior that suits rare events then is at the right end.
        var estimate = Share(Bad(candidate, isHarm))!.Value - Share(Bad(stable, isHarm))!.Value;
        var bounds = Bounds(Bad(candidate, isHarm), alpha / 2) - Bounds(Bad(stable, isHarm), alpha / 2);
        return new()
        {
            Stable = Share(stable),
            Candidate = Share(candidate),
            Estimate = estimate,
            Lower = bounds.Lower,
            Upper = bounds.Upper,
            Threshold = threshold,
            IsBeyond = bounds.Lower > threshold,
            IsWithin = estimate <= threshold,
            Samples = counted,
            Words = $"{name} {Words.Percent(Share(candidate))} against stable's {Words.Percent(Share(stable))}, worse by {Words.Points(estimate)} points "
                + $"{Words.Bounds(bounds, Words.Points)}, {Words.Points(threshold)} allowed",
        };
    }

    private static ArmCounts Bad(ArmCounts counts, bool isHarm) => isHarm ? counts : counts with { Successes = counts.Trials - counts.Successes };

    private static double? Share(ArmCounts counts) => counts.Trials == 0 ? null : (double)counts.Successes / counts.Trials;

    private static Interval Bounds(ArmCounts counts, double alpha) => Proportion.Bounds(counts.Successes, counts.Trials, alpha);
}
