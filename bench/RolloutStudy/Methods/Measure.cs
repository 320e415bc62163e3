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
        new ArmModel(new()).Seconds((ulong)(0.99 * ulong.MaxValue)) * ratio, minute => P99(minute.Candidate), minute => P99(minute.Baseline));

    /// <summary>Places in which both differ, so that larger is worse here too.</summary>
    public static Measure Overlap(double floor) => new(1 - floor, minute => minute.Pairs == 0 ? null : 1 - minute.Places / (10.0 * minute.Pairs), null);

    private static double? ErrorRate(MinuteCounters counters) => counters.Requests == 0 ? null : (double)counters.Errors / counters.Requests;

    private static double? P99(MinuteCounters counters)
    {
        double[] sorted = [.. counters.Seconds.Order()];
        return sorted.Length == 0 ? null : sorted[(int)Math.Ceiling(0.99 * sorted.Length) - 1];
    }
}
