using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>A quantile of the time of answers, judged by the ratio of the candidate's to stable's.</summary>
internal static class LatencyMetric
{
    /// <param name="stable">In latency buckets.</param>
    /// <param name="candidate">In latency buckets.</param>
    /// <param name="quantilePermille">Of the quantile.</param>
    /// <param name="ratio">How large it may be; is rounded up to the edge of a bucket.</param>
    public static Finding Measure(Histogram stable, Histogram candidate, int quantilePermille, double ratio, double alpha)
    {
        Tally stables = Tally.OfLatency(stable), candidates = Tally.OfLatency(candidate);
        var (share, steps) = (quantilePermille / 1000.0, QuantileRatio.Steps(ratio));
        var finding = new Finding { Threshold = QuantileRatio.Ratio(steps), Samples = new("timed answers", stables.Total, candidates.Total) };
        if (QuantileRatio.Estimate(stables, candidates, share) is not { } estimate)
            return finding with { Stable = Seconds(stables, share), Candidate = Seconds(candidates, share) };

        var (lower, upper) = QuantileRatio.Bounds(stables, candidates, share, alpha);
        finding = finding with
        {
            Stable = Seconds(stables, share),
            Candidate = Seconds(candidates, share),
            Estimate = QuantileRatio.Ratio(estimate),
            Lower = lower is { } least ? QuantileRatio.Ratio(least) : 0,
            Upper = upper is { } most ? QuantileRatio.Ratio(most) : null,

            // The quantile lies above its lower edge, so the ratio above this bound.
            IsBeyond = lower >= steps,
            IsWithin = estimate <= steps,
        };
        return finding with
        {
            Words = $"p{quantilePermille / 10.0} {1000 * finding.Candidate:0.0} ms against stable's {1000 * finding.Stable:0.0} ms, {finding.Estimate:0.00} times as long "
                + $"{Words.Bounds(finding.Lower.Value, finding.Upper ?? double.PositiveInfinity, value => $"{value:0.00}")}, {finding.Threshold:0.00} allowed",
        };
    }

    private static double? Seconds(Tally tally, double share) => tally.Quantile(share) is { } bucket ? Buckets.LatencyEdge(bucket).TotalSeconds : null;
}
