using Rerank.Contracts.Routing;
using Rerank.Operator.Api;

namespace Rerank.Operator.Rollouts;

/// <summary>The limits that routers watch by themselves, out of the metrics that have one.</summary>
internal static class HardLimits
{
    private const int Half = 500;

    /// <summary>In the order of the metrics' names, so that reordering them changes nothing.</summary>
    public static IReadOnlyList<HardLimit> Of(AnalysisSpec analysis) =>
        [.. analysis.Metrics.Where(m => m.Mode == MetricMode.Enforce).OrderBy(m => m.Name, StringComparer.Ordinal).Select(Of).OfType<HardLimit>()];

    /// <summary>How many places routers compare: all metrics that compare any say the same.</summary>
    public static int ComparedPlaces(AnalysisSpec analysis) =>
        analysis.Metrics.Find(m => m.Type == MetricType.TopKOverlap)?.TopK ?? MetricSpec.DefaultTopK;

    private static HardLimit? Of(MetricSpec metric) => metric switch
    {
        { Type: MetricType.ErrorRate, HardLimitPermille: { } permille } => new() { Name = metric.Name, Type = HardLimitType.Error, Permille = permille },
        { Type: MetricType.DegradedShare, HardLimitPermille: { } permille } => new() { Name = metric.Name, Type = HardLimitType.Degraded, Permille = permille },
        { Type: MetricType.LatencyQuantile, HardLimitMilliseconds: { } milliseconds } =>
            new() { Name = metric.Name, Type = HardLimitType.Slow, Permille = Half, Milliseconds = milliseconds },
        _ => null,
    };
}
