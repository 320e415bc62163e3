using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Tests;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>
/// A share that two queries count. What came between two looks at constant weights is a stratum. Counts that can't be are an error of the source, and say nothing about the candidate.
/// </summary>
internal sealed class PrometheusMetric : ShareMetric
{
    public override MetricType Type => MetricType.Prometheus;

    public override string Reason => "MetricRegression";

    // The prefix keeps it apart from what routers count.
    public override ShareTerms Terms(MetricSpec metric) => new($"source/{metric.Name}", Margins.Delta(metric), Prior: 0.1);

    public override Finding Measure(MetricSpec metric, MetricEvidence evidence, Levels levels)
    {
        var finding = base.Measure(metric, evidence, levels) with { SourceError = Problem(evidence.Source) };

        // The source knows nothing of keys. Those that stay on one arm may be worse by themselves: that holds a step, and rejects nobody.
        return levels.IsByKey && finding.IsBeyond
            ? finding with { IsBeyond = false, IsWithin = false, IsShown = false, Words = $"{finding.Words}; keys stay on one arm and may be the cause, so that it holds and doesn't reject (with `assignment.type: Random` it would)" }
            : finding;
    }

    /// <summary>Counts of bad trials; null when they can't be used.</summary>
    public static ShareCounts? Bad(MetricSpec metric, ExternalCounts? source)
    {
        if (Problem(source) is not null)
            return null;
        var (stable, candidate) = (source!.Stable!, source.Candidate!);
        return IsHarm(metric)
            ? new(stable.Trials, stable.Successes, candidate.Trials, candidate.Successes)
            : new(stable.Trials, stable.Trials - stable.Successes, candidate.Trials, candidate.Trials - candidate.Successes);
    }

    /// <summary>Why a source's counts can't be used; null when they can.</summary>
    public static string? Problem(ExternalCounts? source) => source switch
    {
        null => "its source has not answered yet",
        { Error: { } error } => error,
        { Stable: { } stable, Candidate: { } candidate } => Problem("stable", stable) ?? Problem("the candidate", candidate),
        _ => "its source gave no counts",
    };

    protected override string Trials(MetricSpec metric) => "trials";

    protected override string Shares(MetricSpec metric, double candidate, double stable) =>
        $"share {Words.Percent(candidate)} against stable's {Words.Percent(stable)}";

    protected override double Value(MetricSpec metric, double bad) => IsHarm(metric) ? bad : 1 - bad;

    private static bool IsHarm(MetricSpec metric) => metric.Prometheus?.Direction == MetricDirection.LowerIsBetter;

    private static string? Problem(string arm, ArmCounts counts) => counts.Successes < 0 || counts.Successes > counts.Trials
        ? $"its source counts {counts.Successes} successes of {counts.Trials} trials of {arm}"
        : null;
}
