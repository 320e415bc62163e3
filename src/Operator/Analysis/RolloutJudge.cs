using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Metrics;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis;

/// <summary>Judges a candidate by the evidence so far. Pure, and valid at every look: each metric's test holds its error over all looks together.</summary>
/// <remarks>
/// The chance of rolling back an equal candidate is split evenly over the enforced metrics, so by the union bound it holds for all of them together,
/// however they depend on each other.
/// </remarks>
internal static class RolloutJudge
{
    /// <param name="hasTraffic">Whether the candidate answers requests in this step; otherwise metrics of answers are not asked for data.</param>
    /// <param name="hasMirror">Whether requests are compared in this step; otherwise metrics of comparisons are not asked for more data.</param>
    /// <param name="external">Counts of Prometheus metrics, by name.</param>
    public static AnalysisResult Judge(
        AnalysisSpec spec, Evidence evidence, bool hasTraffic, bool hasMirror, IReadOnlyDictionary<string, ExternalCounts> external)
    {
        var alpha = spec.FalseRollbackPermille / 1000.0 / Math.Max(1, spec.Metrics.Count(metric => metric.Mode == MetricMode.Enforce));
        MetricResult[] results =
        [
            .. spec.Metrics.OrderBy(metric => metric.Name, StringComparer.Ordinal).Select(metric =>
                MetricJudge.Judge(metric, Measure(metric, evidence, external, alpha), IsAsked(metric.Type, hasTraffic, hasMirror), alpha)),
        ];
        var deciding = First(results, Verdict.Fail) ?? First(results, Verdict.Undecided);
        return new() { Verdict = deciding?.Verdict ?? Verdict.Pass, Deciding = deciding, Metrics = results };
    }

    private static MetricResult? First(MetricResult[] results, Verdict verdict) =>
        results.FirstOrDefault(result => result.Mode == MetricMode.Enforce && result.Verdict == verdict);

    private static bool IsAsked(MetricType type, bool hasTraffic, bool hasMirror) => type switch
    {
        MetricType.TopKOverlap => hasMirror,
        MetricType.ScoreShift => hasTraffic || hasMirror,
        _ => hasTraffic,
    };

    private static Finding Measure(MetricSpec metric, Evidence evidence, IReadOnlyDictionary<string, ExternalCounts> external, double alpha)
    {
        var (stable, candidate) = (evidence.Stable, evidence.Candidate);
        var maxDelta = (metric.MaxDeltaPermille ?? 0) / 1000.0;
        return metric.Type switch
        {
            MetricType.ErrorRate => ShareMetric.Measure(
                "error rate", "requests", isHarm: true, Of(stable.Errors, stable.Requests), Of(candidate.Errors, candidate.Requests), maxDelta, alpha),
            MetricType.DegradedShare => ShareMetric.Measure(
                "degraded share", "requests", isHarm: true, Of(stable.Degraded, stable.Requests), Of(candidate.Degraded, candidate.Requests), maxDelta, alpha),
            MetricType.LatencyQuantile => LatencyMetric.Measure(
                stable.Latency, candidate.Latency, metric.QuantilePermille ?? 990, (metric.MaxRatioPermille ?? 1000) / 1000.0, alpha),
            MetricType.TopKOverlap => OverlapMetric.Measure(
                evidence.Shadow.Overlap, metric.TopK ?? MetricSpec.DefaultTopK, (metric.MinPermille ?? 0) / 1000.0, alpha),
            MetricType.ScoreShift => ScoreShiftMetric.Measure(stable.TopScore, candidate.TopScore, (metric.MaxPSIMilli ?? 0) / 1000.0, alpha),
            MetricType.Feedback when metric.Measure == FeedbackMeasure.ClickShare => ShareMetric.Measure(
                "click share", "answers with feedback", isHarm: false, Clicks(stable.Feedback), Clicks(candidate.Feedback), maxDelta, alpha),
            MetricType.Feedback => ReciprocalRankMetric.Measure(stable.Feedback.FirstRank, candidate.Feedback.FirstRank, maxDelta, alpha),
            MetricType.Prometheus => PrometheusMetric.Measure(
                external.GetValueOrDefault(metric.Name), metric.Prometheus?.Direction ?? MetricDirection.HigherIsBetter, maxDelta, alpha),
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric.Type, "Not a type of metric."),
        };
    }

    private static ArmCounts Clicks(FeedbackEvidence feedback) => Of(feedback.Clicked, feedback.Answers);

    /// <summary>A router's two counters are not read in one instant; the part is never more than the whole.</summary>
    private static ArmCounts Of(long part, long whole) => new(Math.Clamp(part, 0, Math.Max(0, whole)), Math.Max(0, whole));
}
