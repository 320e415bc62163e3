using Rerank.Operator.Api;
using Rerank.RolloutStudy.Scenarios;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Studies;

/// <summary>One way in which a candidate can be worse, in several sizes from none on.</summary>
/// <param name="Name">Title of its table and plots.</param>
/// <param name="Axis">What the labels say.</param>
/// <param name="Sizes">Smallest first.</param>
/// <param name="Allowed">Position among the sizes, perhaps between two, up to which it is within the margin.</param>
/// <param name="Metric">The one that is about it, which is all that other methods look at.</param>
internal sealed record RegressionKind(string Name, string Axis, (string Label, Difference Difference)[] Sizes, double Allowed, MetricSpec Metric);

/// <param name="Rollbacks">One of each simulated rollout; null: not rolled back.</param>
internal sealed record DetectionCell(string Method, int Size, RolloutEnd?[] Rollbacks)
{
    public double Share => (double)Rollbacks.Count(rollback => rollback is not null) / Rollbacks.Length;

    /// <summary>Half of all rollouts are rolled back by then; null when fewer are.</summary>
    public RolloutEnd? Median => Rollbacks.OrderBy(rollback => rollback?.Seconds ?? int.MaxValue).ElementAt((Rollbacks.Length - 1) / 2);

    /// <summary>Of all methods, ours first.</summary>
    public static IEnumerable<DetectionCell> Of(StudyRow row, int size) =>
    [
        new(Detection.Ours, size, [.. row.Ours.Select(end => end.How is Ending.RolledBack or Ending.Returned ? end : null)]),
        .. row.Rivals.Select(rival => new DetectionCell(rival.Key, size, rival.Value)),
    ];
}

/// <summary>How often, and how soon, a worse candidate is rolled back, by four methods on the same kind of traffic.</summary>
internal static class Detection
{
    public const string Ours = "Rerank Operator";
    public const int Rollouts = 100;
    public const int SizeRollouts = 60;
    public const int RequestsPerSecond = 50;

    private static readonly ScenarioStep[] Steps =
        [Traffics.Step("shadow", 300, 0, 100), Traffics.Step("5 %", 600, 50, 100), Traffics.Step("25 %", 600, 250, 100), Traffics.Step("50 %", 600, 500, 100)];

    private static readonly MetricSpec StrictShift = new() { Name = "shift", Type = MetricType.ScoreShift, MaxPSIMilli = 100 };

    public static int Seconds => Steps.Sum(step => step.Seconds);

    public static readonly RegressionKind[] Kinds =
    [
        new(
            "More errors", "error rate, stable has 0.5 %",
            [.. new[] { 0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16 }.Select(more => ($"{100 * (ArmModel.BaseErrorRate + more):0.#} %", new Difference { MoreErrors = more }))],
            2, Traffics.Errors),
        new(
            "Slower", "times stable's latency, by p95",
            [.. new[] { 1, 1.1, 1.25, 1.5, 1.75, 2, 3 }.Select(slower => ($"{slower:0.##}", new Difference { Slower = slower }))],
            2 + (Traffics.LatencyRatio - 1.25) / 0.25, Traffics.P95),
        new(
            "Other ranking", "mean overlap, an equally good model has 0.95",
            [.. new[] { 0, 0.03, 0.05, 0.07, 0.1, 0.15, 0.25 }.Select(less => ($"{ArmModel.BaseOverlap - less:0.00}", new Difference { LessOverlap = less }))],
            2, Traffics.Overlap),
    ];

    /// <summary>Candidates that should be rolled back. Five metrics judge each; others look at the one that is about it.</summary>
    private static readonly (string Name, MetricSpec Metric, Difference Candidate, Keys Keys)[] Worse =
    [
        ("2.5 % errors instead of 0.5 %, 1.5 % allowed", Traffics.Errors, new() { MoreErrors = 0.02 }, new()),
        ("the same, with 1,000 keys", Traffics.Errors, new() { MoreErrors = 0.02 }, new() { Count = 1000 }),
        ("1.5 times the latency, 1.30 allowed at p95", Traffics.P95, new() { Slower = 1.5 }, new()),
        ("overlap 0.85, 0.90 wanted", Traffics.Overlap, new() { LessOverlap = 0.1 }, new()),
        ("best scores higher by one logit, an index of 0.1 allowed", StrictShift, new() { ScoreShift = 1 }, new()),
        ("15 % of its shadows fail, overlap 0.90 wanted", Traffics.Overlap, new() { ShadowFailures = 0.15 }, new()),
        ("half of the clicks, 5 points fewer allowed", Traffics.Clicks, new() { ClickShareFactor = 0.5 }, new()),
    ];

    public static IEnumerable<StudyRow> WorseCandidates(StudyRows rows, int rollouts) =>
        Worse.Select(worse => rows.Of(
            Of(worse.Name, [Traffics.Errors, Traffics.P95, Traffics.Overlap, StrictShift, Traffics.Clicks], worse.Candidate, Math.Min(rollouts, Rollouts)) with { Keys = worse.Keys },
            worse.Metric));

    /// <param name="rollouts">Of each size; fewer than a table of right and wrong needs are enough for a curve.</param>
    public static IEnumerable<DetectionCell> Sizes(StudyRows rows, RegressionKind kind, int rollouts) =>
        kind.Sizes.SelectMany((size, i) => DetectionCell.Of(
            rows.Of(Of($"{kind.Name}, {size.Label}", [Traffics.Errors, Traffics.P95, Traffics.Overlap, Traffics.Shift], size.Difference, Math.Min(rollouts, SizeRollouts)), kind.Metric), i));

    private static Scenario Of(string name, IReadOnlyList<MetricSpec> metrics, Difference candidate, int rollouts) => new()
    {
        Name = name,
        RequestsPerSecond = RequestsPerSecond,
        Steps = Steps,
        Metrics = metrics,
        Candidate = candidate,
        Rollouts = rollouts,
        Seed = 7,
    };
}
