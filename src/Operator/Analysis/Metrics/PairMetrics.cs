using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;
using Rerank.Operator.Analysis.Tests;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>How much of the first places both arms' rankings of the same requests have in common, judged by its mean. A ranking that failed has nothing in common.</summary>
internal sealed class OverlapMetric : Metric
{
    public override MetricType Type => MetricType.TopKOverlap;

    public override string Reason => "OverlapRegression";

    public override bool ComparesAnswers => false;

    public override bool IsAsked(bool hasTraffic, bool hasMirror) => hasMirror;

    /// <summary>How many places routers compare: all metrics that compare any say the same.</summary>
    public static int Places(AnalysisSpec analysis) => analysis.Metrics.Find(m => m.Type == MetricType.TopKOverlap)?.TopK ?? MetricSpec.DefaultTopK;

    public override Finding Measure(MetricSpec metric, MetricEvidence evidence, Levels levels)
    {
        var least = (metric.MinPermille ?? 0) / 1000.0;
        (double Share, long Count)[] values =
            [.. evidence.Totals.Shadow.Overlap.Counts.Where(c => c.Value > 0).Select(c => (Math.Clamp(Buckets.Share(c.Key), 0, 1), c.Value))];
        var finding = new Finding { Threshold = least, Samples = new("compared requests", evidence.PairsInEpoch, evidence.PairsInEpoch, ArePairs: true) };
        if (BoundedMean.Mean(values) is not { } mean)
            return finding;

        // Each end is the one that decides: what is shown beside a verdict is what it was reached by.
        Interval bounds = new(BoundedMean.Bounds(values, levels.Safety).Lower, BoundedMean.Bounds(values, levels.Harm).Upper);
        var failed = evidence.Totals.Shadow.Failed is > 0 and var count ? $", {count:n0} that the candidate could not rank among them" : "";
        return finding with
        {
            Candidate = mean,
            Estimate = mean,
            Lower = bounds.Lower,
            Upper = bounds.Upper,
            IsBeyond = bounds.Upper < least,
            IsWithin = mean >= least,
            IsShown = bounds.Lower >= least,
            Words = $"mean overlap of the first {metric.TopK ?? MetricSpec.DefaultTopK} places {Words.Number(mean, least)} {Words.Bounds(bounds, value => Words.Number(value, least))} of {values.Sum(v => v.Count):n0} requests{failed}, "
                + $"at least {Words.Number(least)} wanted",
        };
    }
}

/// <summary>How far the candidate's best scores have moved from stable's of the same requests, judged by the population stability index.</summary>
internal sealed class ScoreShiftMetric : Metric
{
    public override MetricType Type => MetricType.ScoreShift;

    public override string Reason => "ScoreShift";

    public override bool ComparesAnswers => false;

    public override bool IsAsked(bool hasTraffic, bool hasMirror) => hasMirror;

    public override Finding Measure(MetricSpec metric, MetricEvidence evidence, Levels levels)
    {
        var threshold = (metric.MaxPSIMilli ?? 0) / 1000.0;
        var index = PairedStabilityIndex.Of(evidence.Totals.Shadow.BestScores);
        var finding = new Finding { Threshold = threshold, Samples = new("compared requests", evidence.PairsInEpoch, evidence.PairsInEpoch, ArePairs: true) };
        if (index.Estimate is not { } estimate)
            return finding;

        Interval bounds = new(index.Bounds(levels.Harm).Lower, index.Bounds(levels.Safety).Upper);
        return finding with
        {
            Estimate = estimate,
            Lower = bounds.Lower,
            Upper = double.IsInfinity(bounds.Upper) ? null : bounds.Upper,
            IsBeyond = bounds.Lower > threshold,
            IsWithin = estimate <= threshold,
            IsShown = bounds.Upper <= threshold,
            Words = $"stability index of the best scores {Words.Number(estimate, threshold)} {Words.Bounds(bounds, value => Words.Number(value, threshold))} of {index.Pairs:n0} requests, {Words.Number(threshold)} allowed",
        };
    }
}
