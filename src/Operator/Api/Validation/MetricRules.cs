using Rerank.Operator.Runtime.Crds.Validation;
using static Rerank.Operator.Api.Validation.Rule;

namespace Rerank.Operator.Api.Validation;

/// <summary>A metric has the settings of its type, and no others.</summary>
internal static class MetricRules
{
    public static IReadOnlyList<FieldError> Check(MetricSpec metric, string path) =>
    [
        .. Needs(metric, metric.MaxDeltaPermille, $"{path}.maxDeltaPermille", MetricType.ErrorRate, MetricType.DegradedShare, MetricType.Feedback, MetricType.Prometheus),
        .. Allows(metric, metric.HardLimitPermille, $"{path}.hardLimitPermille", MetricType.ErrorRate, MetricType.DegradedShare),
        .. Needs(metric, metric.MaxRatioPermille, $"{path}.maxRatioPermille", MetricType.LatencyQuantile),
        .. Needs(metric, metric.QuantilePermille, $"{path}.quantilePermille", MetricType.LatencyQuantile),
        .. Allows(metric, metric.HardLimitMilliseconds, $"{path}.hardLimitMilliseconds", MetricType.LatencyQuantile),
        .. Needs(metric, metric.MinPermille, $"{path}.minPermille", MetricType.TopKOverlap),
        .. Allows(metric, metric.TopK, $"{path}.topK", MetricType.TopKOverlap),
        .. Needs(metric, metric.MaxPSIMilli, $"{path}.maxPSIMilli", MetricType.ScoreShift),
        .. Needs(metric, metric.Measure, $"{path}.measure", MetricType.Feedback),
        .. Needs(metric, metric.Prometheus, $"{path}.prometheus", MetricType.Prometheus),
    ];

    private static IEnumerable<FieldError> Needs(MetricSpec metric, object? setting, string path, params MetricType[] types) =>
        Require(setting is not null == types.Contains(metric.Type), path, $"must be set when `type` is {Any(types)}, and only then");

    private static IEnumerable<FieldError> Allows(MetricSpec metric, object? setting, string path, params MetricType[] types) =>
        Require(setting is null || types.Contains(metric.Type), path, $"may only be specified when `type` is {Any(types)}");

    /// <returns>As <c>"A", "B" or "C"</c>.</returns>
    private static string Any(MetricType[] types)
    {
        var names = Array.ConvertAll(types, type => $"\"{type}\"");
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }
}
