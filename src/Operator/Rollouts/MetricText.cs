using Rerank.Operator.Analysis;
using Rerank.Operator.Api;

namespace Rerank.Operator.Rollouts;

/// <summary>
/// How a metric stands, for conditions: without the numbers, which change with every request, so that not every request is a write. A verdict has them,
/// and so has the report.
/// </summary>
internal static class MetricText
{
    public static string Of(MetricResult metric) => metric switch
    {
        { Verdict: Verdict.Fail } => $"Metric \"{metric.Name}\": {metric.Message}",
        { SourceError: { } error } => $"The source of metric \"{metric.Name}\" fails: {error}",
        { LacksData: true } => $"Metric \"{metric.Name}\" has too few samples.",
        { Verdict: Verdict.Undecided } => $"Metric \"{metric.Name}\" is beyond its threshold, and not yet for certain.",
        _ => $"Metric \"{metric.Name}\" is within its threshold.",
    };
}
