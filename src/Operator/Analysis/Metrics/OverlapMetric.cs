using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>How much of the first places both arms' rankings of the same requests have in common, judged by its mean.</summary>
internal static class OverlapMetric
{
    public static Finding Measure(Histogram overlap, int places, double least, double alpha)
    {
        (double Share, long Count)[] values = [.. overlap.Counts.Where(c => c.Value > 0).Select(c => (Math.Clamp(Buckets.Share(c.Key), 0, 1), c.Value))];
        var pairs = values.Sum(value => value.Count);
        var finding = new Finding { Threshold = least, Samples = new("compared requests", pairs, pairs, ArePairs: true) };
        if (BoundedMean.Mean(values) is not { } mean)
            return finding;

        var bounds = BoundedMean.Bounds(values, alpha);
        return finding with
        {
            Candidate = mean,
            Estimate = mean,
            Lower = bounds.Lower,
            Upper = bounds.Upper,
            IsBeyond = bounds.Upper < least,
            IsWithin = mean >= least,
            Words = $"mean overlap of the first {places} places {Words.Number(mean)} {Words.Bounds(bounds, Words.Number)}, at least {Words.Number(least)} wanted",
        };
    }
}
