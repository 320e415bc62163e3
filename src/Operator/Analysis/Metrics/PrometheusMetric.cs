using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>A share that a metric's own source counts. Counts that can't be are an error of the source, and say nothing about the candidate.</summary>
internal static class PrometheusMetric
{
    private const string Trials = "trials";

    /// <param name="counts">Null when the source wasn't asked yet.</param>
    public static Finding Measure(ExternalCounts? counts, MetricDirection direction, double threshold, double alpha) => Problem(counts) is { } problem
        ? new() { Threshold = threshold, Samples = new(Trials, 0, 0), SourceError = problem }
        : ShareMetric.Measure("share", Trials, direction == MetricDirection.LowerIsBetter, counts!.Stable!, counts.Candidate!, threshold, alpha);

    private static string? Problem(ExternalCounts? counts) => counts switch
    {
        null => "its source has not answered yet",
        { Error: { } error } => error,
        { Stable: { } stable, Candidate: { } candidate } => Problem("stable", stable) ?? Problem("the candidate", candidate),
        _ => "its source gave no counts",
    };

    private static string? Problem(string arm, ArmCounts counts) => counts.Successes < 0 || counts.Successes > counts.Trials
        ? $"its source counts {counts.Successes} successes of {counts.Trials} trials of {arm}"
        : null;
}
