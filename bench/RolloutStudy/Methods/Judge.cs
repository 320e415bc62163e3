using Rerank.Operator.Analysis;
using Rerank.Operator.Api;

namespace Rerank.RolloutStudy.Methods;

/// <summary>The operator's own judgement, with four enforced metrics and the default of ten false rollbacks per thousand.</summary>
internal static class Judge
{
    public const double ErrorMargin = 0.01;
    public const double OverlapFloor = 0.9;

    /// <summary>1.25 rounded up to the edge of a bucket.</summary>
    public static readonly double P99Ratio = Math.Pow(2, 6 / 16.0);

    private static readonly Dictionary<string, ExternalCounts> NoSources = [];

    public static AnalysisSpec Spec { get; } = new()
    {
        Metrics =
        [
            new() { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = (int)(1000 * ErrorMargin) },
            new() { Name = "p99", Type = MetricType.LatencyQuantile, QuantilePermille = 990, MaxRatioPermille = 1250 },
            new() { Name = "overlap", Type = MetricType.TopKOverlap, MinPermille = (int)(1000 * OverlapFloor) },
            new() { Name = "shift", Type = MetricType.ScoreShift, MaxPSIMilli = 250 },
        ],
    };

    public static AnalysisResult Look(Evidence evidence, bool hasTraffic) => RolloutJudge.Judge(Spec, evidence, hasTraffic, hasMirror: true, NoSources);
}
