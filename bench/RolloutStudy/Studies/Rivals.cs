using Rerank.Operator.Api;
using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Scenarios;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Studies;

/// <summary>Other methods, each with the margin of our own metric.</summary>
internal static class Rivals
{
    public const string FirstFailure = "Argo: first failed minute";
    public const string FifthFailure = "Flagger: fifth failed minute";
    public const string Kayenta = "Kayenta: Mann-Whitney";

    public static readonly string[] Names = [FirstFailure, FifthFailure, Kayenta];

    /// <summary>1.25 rounded up to the edge of a bucket.</summary>
    public static readonly double P99Ratio = Math.Pow(2, 6 / 16.0);

    /// <summary>How many of a scenario's rollouts each method rolls back, by any of the metrics that it knows: errors, p99 and overlap.</summary>
    public static int[] Count(Scenario scenario)
    {
        var counts = new int[Names.Length];
        Parallel.For(0, scenario.Rollouts, i =>
        {
            var methods = scenario.Metrics.Select(MeasureOf).OfType<Measure>().SelectMany(Of).ToList();
            var ends = ByTheClock.Run(scenario, Simulate.SeedOf(scenario, i), [.. methods.Select(m => m.Method)]);
            for (var name = 0; name < Names.Length; name++)
            {
                if (methods.Where((m, at) => m.Name == Names[name] && ends[at] is not null).Any())
                    Interlocked.Increment(ref counts[name]);
            }
        });
        return counts;
    }

    public static IEnumerable<(string Name, IMinuteMethod Method)> Of(Measure measure) =>
    [
        (FirstFailure, new FixedThreshold(measure, 1)),
        (FifthFailure, new FixedThreshold(measure, 5)),
        .. measure.Baseline is null ? Array.Empty<(string, IMinuteMethod)>() : [(Kayenta, new MannWhitney(measure))],
    ];

    private static Measure? MeasureOf(MetricSpec metric) => metric.Type switch
    {
        MetricType.ErrorRate => Measure.Errors((metric.MaxDeltaPermille ?? 0) / 1000.0),
        MetricType.LatencyQuantile => Measure.P99(P99Ratio),
        MetricType.TopKOverlap => Measure.Overlap((metric.MinPermille ?? 0) / 1000.0),
        _ => null,
    };
}
