using Rerank.Contracts.Evidence;
using Rerank.Operator.Api;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Methods;

/// <summary>A metric as a dashboard has it: one number of the last minute, larger is worse; null without requests.</summary>
/// <param name="Limit">The number above which a fixed threshold fails: what stable really has, moved by the margin of our own metric.</param>
/// <param name="Candidate">Of the candidate.</param>
/// <param name="Baseline">Of a baseline of the candidate's size; null where the metric has none.</param>
internal sealed record Measure(double Limit, Func<Minute, double?> Candidate, Func<Minute, double?>? Baseline)
{
    /// <summary>The same question as one of our metrics asks; null where a dashboard has no number for it.</summary>
    /// <param name="clickRate">Share of stable's answers that get a click.</param>
    public static Measure? Of(MetricSpec metric, double clickRate) => metric.Type switch
    {
        MetricType.ErrorRate => Errors(metric.MaxDeltaPermille!.Value / 1000.0),
        MetricType.LatencyQuantile => Quantile(metric.QuantilePermille!.Value / 1000.0, Buckets.LatencyRatio(Buckets.LatencySteps(metric.MaxRatioPermille!.Value / 1000.0))),
        MetricType.TopKOverlap => Overlap(metric.MinPermille!.Value / 1000.0),
        MetricType.Feedback => Unclicked(1 - clickRate + metric.MaxDeltaPermille!.Value / 1000.0),
        _ => null,
    };

    private static Measure Errors(double margin) => new(
        ArmModel.BaseErrorRate + margin, minute => ErrorRate(minute.Candidate), minute => ErrorRate(minute.Baseline));

    private static Measure Quantile(double quantile, double ratio) => new(
        new ArmModel(new()).Seconds((ulong)(quantile * ulong.MaxValue)) * ratio, minute => Quantile(minute.Candidate, quantile), minute => Quantile(minute.Baseline, quantile));

    /// <summary>Places in which both differ, so that larger is worse here too.</summary>
    private static Measure Overlap(double floor) => new(1 - floor, minute => minute.Pairs == 0 ? null : 1 - minute.Places / (10.0 * minute.Pairs), null);

    private static Measure Unclicked(double limit) => new(limit, minute => Unclicked(minute.Candidate), minute => Unclicked(minute.Baseline));

    private static double? ErrorRate(MinuteCounters counters) => counters.Requests == 0 ? null : (double)counters.Errors / counters.Requests;

    private static double? Quantile(MinuteCounters counters, double quantile)
    {
        double[] sorted = [.. counters.Seconds.Order()];
        return sorted.Length == 0 ? null : sorted[(int)Math.Ceiling(quantile * sorted.Length) - 1];
    }

    private static double? Unclicked(MinuteCounters counters) => counters.Seconds.Count == 0 ? null : 1 - (double)counters.Clicked / counters.Seconds.Count;
}
