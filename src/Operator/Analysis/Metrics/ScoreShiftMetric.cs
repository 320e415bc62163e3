using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>How far the distribution of each request's best score has moved, judged by the population stability index.</summary>
internal static class ScoreShiftMetric
{
    public static Finding Measure(Histogram stable, Histogram candidate, double threshold, double alpha)
    {
        Tally stables = Tally.OfLogits(stable), candidates = Tally.OfLogits(candidate);
        var finding = new Finding { Threshold = threshold, Samples = new("scored requests", stables.Total, candidates.Total) };
        if (StabilityIndex.Estimate(stables, candidates) is not { } index)
            return finding;

        var bounds = StabilityIndex.Bounds(stables, candidates, alpha);
        var distance = KolmogorovSmirnov.Bounds(stables, candidates, alpha);
        return finding with
        {
            Estimate = index,
            Lower = bounds.Lower,
            Upper = double.IsInfinity(bounds.Upper) ? null : bounds.Upper,
            IsBeyond = bounds.Lower > threshold,
            IsWithin = index <= threshold,
            Words = $"stability index of the best scores {Words.Number(index)} {Words.Bounds(bounds, Words.Number)}, {Words.Number(threshold)} allowed, with a "
                + $"Kolmogorov-Smirnov distance of {Words.Number(KolmogorovSmirnov.Distance(stables, candidates))} {Words.Bounds(distance, Words.Number)}",
        };
    }
}
