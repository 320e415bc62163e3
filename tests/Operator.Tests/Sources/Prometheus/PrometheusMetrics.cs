using Rerank.Operator.Api;

namespace Rerank.Operator.Tests.Sources.Prometheus;

/// <summary>Specs with Prometheus metrics.</summary>
internal static class PrometheusMetrics
{
    public const string Name = "orders";

    private const string Success = "good{revision=\"{{revision}}\"}[{{window}}]";
    private const string Total = "all{revision=\"{{revision}}\"}[{{window}}]";

    public static AnalysisSpec Of(string server, string success = Success, string total = Total)
    {
        var orders = new MetricSpec
        {
            Name = Name,
            Type = MetricType.Prometheus,
            MaxDeltaPermille = 20,
            Prometheus = new() { ServerURL = server, SuccessQuery = success, TotalQuery = total },
        };
        return new() { Metrics = [new() { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 10 }, orders] };
    }
}
