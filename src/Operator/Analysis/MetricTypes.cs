using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Operator.Analysis.Metrics;
using Rerank.Operator.Analysis.Tests;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis;

/// <summary>All types of metrics. A new one is a class of its own, a value of <see cref="MetricType"/>, and a line here.</summary>
internal static class MetricTypes
{
    private static readonly Dictionary<MetricType, Metric> All = new Metric[]
    {
        new ErrorRateMetric(), new LatencyMetric(), new OverlapMetric(), new ScoreShiftMetric(), new DegradedShareMetric(), new FeedbackMetric(), new PrometheusMetric(),
    }.ToDictionary(metric => metric.Type);

    public static Metric Of(MetricType type) => All[type];

    public static Metric Of(MetricSpec metric) => All[metric.Type];

    /// <summary>The shares that metrics test, by metric.</summary>
    public static IEnumerable<(string Metric, ShareTerms Terms)> ShareTerms(AnalysisSpec spec) =>
        from metric in spec.Metrics
        let terms = Of(metric).Terms(metric)
        where terms is not null
        select (metric.Name, terms);

    /// <summary>Counts of a metric that has a source of its own; null when they can't be used.</summary>
    public static ShareCounts? BadOf(AnalysisSpec spec, string metric, ExternalCounts counts) =>
        spec.Metrics.Find(m => m.Name == metric && m.Type == MetricType.Prometheus) is { } found ? PrometheusMetric.Bad(found, counts) : null;

    /// <summary>The limits that routers watch by themselves, in the order of the metrics' names, so that reordering them changes nothing.</summary>
    public static IReadOnlyList<HardLimit> HardLimits(AnalysisSpec spec) =>
        [.. spec.Metrics.Where(m => m.Mode == MetricMode.Enforce).OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => Of(m).HardLimit(m)).OfType<HardLimit>()];

    /// <summary>What routers shall count as slow, likewise.</summary>
    public static IReadOnlyList<LatencyTest> LatencyTests(AnalysisSpec spec) =>
        [.. spec.Metrics.Where(m => m.Type == MetricType.LatencyQuantile).OrderBy(m => m.Name, StringComparer.Ordinal).Select(LatencyMetric.Test)];

    /// <summary>How many places routers compare.</summary>
    public static int ComparedPlaces(AnalysisSpec spec) => OverlapMetric.Places(spec);
}
