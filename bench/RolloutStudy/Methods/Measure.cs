using Rerank.Contracts.Evidence;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Methods;

/// <summary>A metric as a dashboard has it: one number of the last minute, larger is worse; null without requests.</summary>
/// <param name="Limit">The number above which a fixed threshold fails: what stable really has, moved by the margin of our own metric.</param>
/// <param name="Candidate">Of the candidate.</param>
/// <param name="Baseline">Of a baseline of the candidate's size; null where the metric has none.</param>
internal sealed record Measure(double Limit, Func<Minute, double?> Candidate, Func<Minute, double?>? Baseline)
{
    public static Measure Errors(double margin) => new(
        ArmModel.BaseErrorRate + margin, minute => ErrorRate(minute.Candidate), minute => ErrorRate(minute.Baseline));

    public static Measure P99(double ratio) => new(
        TrueP99() * ratio, minute => P99(minute.Candidate), minute => P99(minute.Baseline));

    /// <summary>Places in which both differ, so that larger is worse here too.</summary>
    public static Measure Overlap(double floor) => new(1 - floor, minute => minute.Pairs == 0 ? null : 1 - minute.Places / (10.0 * minute.Pairs), null);

    private static double? ErrorRate(ArmCounters counters) => counters.Requests == 0 ? null : (double)counters.Errors / counters.Requests;

    private static double? P99(ArmCounters counters)
    {
        var answers = counters.Requests - counters.Errors;
        if (answers == 0)
            return null;

        var (bucket, upTo) = (0, counters.Latency[0]);
        while (upTo < 0.99 * answers)
            upTo += counters.Latency[++bucket];
        return Buckets.LatencyEdge(bucket).TotalSeconds;
    }

    private static double TrueP99() => Buckets.LatencyEdge(new ArmModel(Regression.None).Latency.At((ulong)(0.99 * ulong.MaxValue))).TotalSeconds;
}
