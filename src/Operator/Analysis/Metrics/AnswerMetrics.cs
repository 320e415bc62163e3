using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Operator.Analysis.Tests;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>Share of requests that a revision gives no answer to.</summary>
internal sealed class ErrorRateMetric : ShareMetric
{
    public override MetricType Type => MetricType.ErrorRate;

    public override string Reason => "ErrorRateRegression";

    public override ShareTerms Terms(MetricSpec metric) => new(Contracts.Evidence.Shares.Errors, Margins.Delta(metric), Prior: 0.005);

    public override HardLimit? HardLimit(MetricSpec metric) =>
        metric.HardLimitPermille is { } permille ? new() { Name = metric.Name, Type = HardLimitType.Error, Permille = permille } : null;

    protected override string Trials(MetricSpec metric) => "requests";

    protected override string Shares(MetricSpec metric, double candidate, double stable) =>
        $"error rate {Words.Percent(candidate)} against stable's {Words.Percent(stable)}";
}

/// <summary>Share of answers without the tier that should have decided.</summary>
internal sealed class DegradedShareMetric : ShareMetric
{
    public override MetricType Type => MetricType.DegradedShare;

    public override string Reason => "DegradedShareRegression";

    public override ShareTerms Terms(MetricSpec metric) => new(Contracts.Evidence.Shares.Degraded, Margins.Delta(metric), Prior: 0.005);

    public override HardLimit? HardLimit(MetricSpec metric) =>
        metric.HardLimitPermille is { } permille ? new() { Name = metric.Name, Type = HardLimitType.Degraded, Permille = permille } : null;

    protected override string Trials(MetricSpec metric) => "requests";

    protected override string Shares(MetricSpec metric, double candidate, double stable) =>
        $"degraded share {Words.Percent(candidate)} against stable's {Words.Percent(stable)}";
}

/// <summary>
/// A quantile of the time of answers: the share of the candidate's answers beyond the allowed ratio times stable's quantile, against the share of stable's beyond its quantile. A candidate whose times are
/// at most the ratio times stable's has no larger share, whatever load and hour do to both.
/// </summary>
internal sealed class LatencyMetric : ShareMetric
{
    private const int Half = 500;

    public override MetricType Type => MetricType.LatencyQuantile;

    public override string Reason => "LatencyRegression";

    public override ShareTerms Terms(MetricSpec metric) => new(Contracts.Evidence.Shares.Slow(metric.Name), Margin: 0, Prior: 1 - Quantile(metric), IsNominal: true);

    public override HardLimit? HardLimit(MetricSpec metric) => metric.HardLimitMilliseconds is { } milliseconds
        ? new() { Name = metric.Name, Type = HardLimitType.Slow, Permille = Half, Milliseconds = milliseconds }
        : null;

    /// <summary>What routers shall count as slow.</summary>
    public static LatencyTest Test(MetricSpec metric) => new(metric.Name, metric.QuantilePermille ?? 990, Buckets.LatencySteps((metric.MaxRatioPermille ?? 1000) / 1000.0));

    protected override string Trials(MetricSpec metric) => "timed answers";

    protected override string Shares(MetricSpec metric, double candidate, double stable) =>
        $"{Words.Percent(candidate)} of answers took longer than {Buckets.LatencyRatio(Test(metric).RatioSteps):0.00} times stable's p{100 * Quantile(metric):0.#}, "
            + $"which {Words.Percent(stable)} of stable's exceed";

    private static double Quantile(MetricSpec metric) => (metric.QuantilePermille ?? 990) / 1000.0;
}

/// <summary>What applications report: the mean reciprocal rank of what was taken first, or the share of answers with a click, of all answers that are old enough.</summary>
internal sealed class FeedbackMetric : ShareMetric
{
    public override MetricType Type => MetricType.Feedback;

    public override string Reason => "FeedbackRegression";

    public override ShareTerms Terms(MetricSpec metric) => new(
        metric.Measure == FeedbackMeasure.ClickShare ? Contracts.Evidence.Shares.Unclicked : Contracts.Evidence.Shares.RankMissed, Margins.Delta(metric), Prior: 0.5);

    protected override string Trials(MetricSpec metric) => "answers that are old enough for feedback";

    protected override string Shares(MetricSpec metric, double candidate, double stable) => metric.Measure == FeedbackMeasure.ClickShare
        ? $"click share {Words.Percent(candidate)} against stable's {Words.Percent(stable)}"
        : $"mean reciprocal rank {Words.Number(candidate)} against stable's {Words.Number(stable)}";

    protected override double Value(MetricSpec metric, double bad) => 1 - bad;
}

/// <summary>Margins as the API has them.</summary>
internal static class Margins
{
    /// <summary>A share of everything can't be worse by more than everything.</summary>
    private const double Most = 0.99;

    public static double Delta(MetricSpec metric) => Math.Min((metric.MaxDeltaPermille ?? 0) / 1000.0, Most);
}
