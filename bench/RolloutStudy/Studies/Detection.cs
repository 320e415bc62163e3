using Rerank.Operator.Api;
using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Scenarios;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Studies;

/// <summary>One way in which a candidate can be worse, in several sizes from none on.</summary>
/// <param name="Name">Title of its table and plots.</param>
/// <param name="Axis">What the labels say.</param>
/// <param name="Sizes">Smallest first.</param>
/// <param name="Allowed">Position among the sizes, perhaps between two, up to which it is within the margin.</param>
/// <param name="Measure">What other methods look at.</param>
internal sealed record RegressionKind(string Name, string Axis, (string Label, Difference Difference)[] Sizes, double Allowed, Measure Measure);

/// <param name="Rollbacks">One of each simulated rollout; null: not rolled back.</param>
internal sealed record DetectionCell(string Method, int Size, RolloutEnd?[] Rollbacks)
{
    public double Share => (double)Rollbacks.Count(rollback => rollback is not null) / Rollbacks.Length;

    /// <summary>Half of all rollouts are rolled back by then; null when fewer are.</summary>
    public RolloutEnd? Median => Rollbacks.OrderBy(rollback => rollback?.Seconds ?? int.MaxValue).ElementAt((Rollbacks.Length - 1) / 2);
}

/// <summary>How often, and how soon, a worse candidate is rolled back, by four methods on the same kind of traffic.</summary>
internal static class Detection
{
    public const string Ours = "Rerank Operator";
    public const int Rollouts = 100;
    public const int RequestsPerSecond = 50;

    private static readonly ScenarioStep[] Steps =
        [Traffics.Step("shadow", 300, 0, 100), Traffics.Step("5 %", 600, 50, 100), Traffics.Step("25 %", 600, 250, 100), Traffics.Step("50 %", 600, 500, 100)];

    private static readonly MetricSpec[] Metrics = [Traffics.Errors, Traffics.P99, Traffics.Overlap, Traffics.Shift];

    public static int Seconds => Steps.Sum(step => step.Seconds);

    public static readonly RegressionKind[] Kinds =
    [
        new(
            "More errors", "error rate, stable has 0.5 %",
            [.. new[] { 0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16 }.Select(more => ($"{100 * (ArmModel.BaseErrorRate + more):0.#} %", new Difference { MoreErrors = more }))],
            2, Measure.Errors(0.01)),
        new(
            "Slower", "times stable's latency",
            [.. new[] { 1, 1.1, 1.25, 1.5, 1.75, 2, 3 }.Select(slower => ($"{slower:0.##}", new Difference { Slower = slower }))],
            2 + (Rivals.P99Ratio - 1.25) / 0.25, Measure.P99(Rivals.P99Ratio)),
        new(
            "Other ranking", "mean overlap, an equally good model has 0.95",
            [.. new[] { 0, 0.03, 0.05, 0.07, 0.1, 0.15, 0.25 }.Select(less => ($"{ArmModel.BaseOverlap - less:0.00}", new Difference { LessOverlap = less }))],
            2, Measure.Overlap(0.9)),
    ];

    /// <param name="rollouts">Of each size.</param>
    public static IEnumerable<DetectionCell> Run(RegressionKind kind, int rollouts)
    {
        for (var size = 0; size < kind.Sizes.Length; size++)
        {
            var scenario = new Scenario
            {
                Name = $"{kind.Name}, {kind.Sizes[size].Label}",
                RequestsPerSecond = RequestsPerSecond,
                Steps = Steps,
                Metrics = Metrics,
                Candidate = kind.Sizes[size].Difference,
                Rollouts = rollouts,
                Seed = 7,
            };
            var ours = Simulate.Ends(scenario);
            Console.Error.WriteLine(System.Text.Json.JsonSerializer.Serialize(ScenarioResult.Of(scenario.Name, ours), ScenarioJson.Default.ScenarioResult));
            yield return new(Ours, size, [.. ours.Select(end => end.How is Ending.RolledBack or Ending.Returned ? end : null)]);

            var names = Rivals.Of(kind.Measure).Select(rival => rival.Name).ToArray();
            var runs = new RolloutEnd?[rollouts][];
            Parallel.For(0, rollouts, i => runs[i] = ByTheClock.Run(scenario, Simulate.SeedOf(scenario, i), [.. Rivals.Of(kind.Measure).Select(rival => rival.Method)]));
            for (var method = 0; method < names.Length; method++)
                yield return new(names[method], size, [.. runs.Select(run => run[method])]);
        }
    }
}
