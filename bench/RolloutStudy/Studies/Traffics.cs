using Rerank.Contracts.Evidence;
using Rerank.Operator.Api;
using Rerank.RolloutStudy.Scenarios;

namespace Rerank.RolloutStudy.Studies;

/// <summary>Traffic as it is, in scenarios: what happens to both arms alike, and who asks for what.</summary>
internal static class Traffics
{
    public const int Rollouts = 300;

    private const int RequestsPerSecond = 20;
    private const int Hour = 3600;

    private static readonly ScenarioStep[] TwoSteps = [Step("5 %", Hour, 50), Step("50 %", Hour, 500)];
    private static readonly ScenarioStep[] Baked = [.. TwoSteps, Step(Scenario.Bake, Hour, 0)];
    private static readonly ScenarioStep[] Mirrored = [Step("shadow", 600, 0, 200), Step("5 %", 1200, 50, 200), Step("50 %", 1200, 500, 200)];

    /// <summary>What latency metrics allow: 1.25 rounded up to the edge of a bucket.</summary>
    public static readonly double LatencyRatio = Buckets.LatencyRatio(Buckets.LatencySteps(1.25));

    public static MetricSpec Errors { get; } = new() { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 10, HardLimitPermille = 200 };

    public static MetricSpec P99 { get; } = new() { Name = "p99", Type = MetricType.LatencyQuantile, QuantilePermille = 990, MaxRatioPermille = 1250 };

    public static MetricSpec P95 { get; } = new() { Name = "p95", Type = MetricType.LatencyQuantile, QuantilePermille = 950, MaxRatioPermille = 1250 };

    public static MetricSpec Overlap { get; } = new() { Name = "overlap", Type = MetricType.TopKOverlap, MinPermille = 900 };

    public static MetricSpec Shift { get; } = new() { Name = "shift", Type = MetricType.ScoreShift, MaxPSIMilli = 250 };

    public static MetricSpec Clicks { get; } = new() { Name = "clicks", Type = MetricType.Feedback, Measure = FeedbackMeasure.ClickShare, MaxDeltaPermille = 50 };

    /// <summary>In all of them both arms are equal.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        Of("steady", Baked, [Errors, P99]),
        Of("steady, everything mirrored and judged", Mirrored, [Errors, P99, Overlap, Shift]),
        Of("8 h at 5 %, then twice as slow for everybody at 50 % and in the bake", [Step("5 %", 8 * Hour, 50), Step("50 %", Hour / 2, 500), Step(Scenario.Bake, Hour, 0)], [P99]) with
        {
            Environment = [new() { FromSeconds = 8 * Hour, ToSeconds = 10 * Hour, Slower = 2 }],
        },
        Of("1.6 times as slow for everybody in the bake", Baked, [P99]) with { Environment = [new() { FromSeconds = 2 * Hour, ToSeconds = 4 * Hour, Slower = 1.6 }] },
        Of("3 s with 90 % errors, every 12 minutes", Baked, [Errors, P99]) with
        {
            Environment = [.. Enumerable.Range(0, 20).Select(i => new Event { FromSeconds = 300 + 700 * i, ToSeconds = 303 + 700 * i, MoreErrors = 0.9 })],
        },
        Of("20 min with 3 % errors at the begin of the 50 %", TwoSteps, [Errors]) with { Environment = [new() { FromSeconds = Hour, ToSeconds = Hour + 1200, MoreErrors = 0.03 }] },
        Of("60 min with 3 % errors at the begin of the 50 %", TwoSteps, [Errors]) with { Environment = [new() { FromSeconds = Hour, ToSeconds = 2 * Hour, MoreErrors = 0.03 }] },
        Of("50 tenants by Zipf, each with latency and scores of its own", Mirrored, [Errors, P99, Overlap, Shift]) with
        {
            Keys = new() { Count = 50, Zipf = 1, LatencySigma = 0.5, ScoreSigma = 1 },
        },
        Of("1,000 tenants by Zipf, each with a latency of its own", TwoSteps, [Errors, P99]) with { Keys = new() { Count = 1000, Zipf = 1.1, LatencySigma = 0.5 } },
        Of("5 of 1,005 keys send 30 % of the requests, with 5 % errors", TwoSteps, [Errors, P99]) with { Keys = new() { Count = 1000, BadKeys = 5, BadKeyErrors = 0.05, BadKeyShare = 0.3 } },
        Of("the same keys, with nothing but errors", TwoSteps, [Errors, P99]) with { Keys = new() { Count = 1000, BadKeys = 5, BadKeyErrors = 1, BadKeyShare = 0.3 } },
        Of("30 % of requests with one document", Mirrored, [Errors, P99, Overlap, Shift]) with { Requests = new() { SingleDocumentShare = 0.3 } },
        Of("40 % cached by stable, three times as heavy", TwoSteps, [Errors, P99]) with { Requests = new() { CachedShare = 0.4, CachedSlower = 3 } },
        Of("40 % cached by stable, a third as heavy", TwoSteps, [Errors, P99]) with { Requests = new() { CachedShare = 0.4, CachedSlower = 1 / 3.0 } },
        Of("30 % are one request, ranked with an overlap of 0.6", Mirrored, [Errors, P99, Overlap, Shift]) with { Requests = new() { RepeatShare = 0.3 } },
        Of("30 % of callers don't wait for an answer", Baked, [Errors, P99]) with { Requests = new() { ShortLimitShare = 0.3 } },
        Of("3 % of all shadows fail, whichever arm ranks them", Mirrored, [Errors, P99, Overlap, Shift]) with { Environment = [new() { FromSeconds = 0, ToSeconds = 2 * Hour, ShadowFailures = 0.03 }] },
        Of("20 % of answers and shadows fail, whichever arm is asked, in the first 20 min", Mirrored, [Errors, P99, Overlap, Shift]) with
        {
            Environment = [new() { FromSeconds = 0, ToSeconds = 1200, MoreErrors = 0.2, ShadowFailures = 0.2 }],
        },
        Of("applications report clicks only, on 60 % of answers", TwoSteps, [Clicks]),
        Of("the same, and half of it from the begin of the 50 % on", TwoSteps, [Clicks]) with { Environment = [new() { FromSeconds = Hour, ToSeconds = 4 * Hour, ClickShareFactor = 0.5 }] },
    ];

    public static ScenarioStep Step(string name, int seconds, int traffic, int mirror = 0) => new() { Name = name, Seconds = seconds, TrafficPermille = traffic, MirrorPermille = mirror };

    private static Scenario Of(string name, IReadOnlyList<ScenarioStep> steps, IReadOnlyList<MetricSpec> metrics) => new()
    {
        Name = name,
        RequestsPerSecond = RequestsPerSecond,
        Steps = steps,
        Metrics = metrics,
        Rollouts = Rollouts,
    };
}
