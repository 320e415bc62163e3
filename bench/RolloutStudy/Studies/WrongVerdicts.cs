using Rerank.Operator.Api;
using Rerank.RolloutStudy.Scenarios;

namespace Rerank.RolloutStudy.Studies;

/// <param name="Ours">What became of our own rollouts.</param>
/// <param name="Rivals">How many each other method rolled back, in the order of <see cref="Studies.Rivals.Names"/>.</param>
internal sealed record StudyRow(Scenario Scenario, ScenarioResult Ours, int[] Rivals);

/// <summary>How often equal candidates are rolled back, and candidates that are worse than allowed are promoted.</summary>
internal static class WrongVerdicts
{
    /// <summary>A candidate that is worse than allowed by half of the margin, in one way.</summary>
    public static readonly (string Name, MetricSpec Metric, Difference Candidate)[] Worse =
    [
        ("2.0 % errors instead of 0.5 %, 1.5 % allowed", Traffics.Errors, new() { MoreErrors = 0.015 }),
        ("1.45 times as slow, 1.30 allowed", Traffics.P99, new() { Slower = 1 + 1.5 * (Rivals.P99Ratio - 1) }),
        ("overlap 0.875, 0.90 allowed", Traffics.Overlap, new() { LessOverlap = 0.075 }),
        ("7.5 points fewer clicks, 5 allowed", Traffics.Clicks, new() { ClickShareFactor = 1 - 0.075 / 0.6 }),
    ];

    private static readonly int[] Rates = [5, 50];

    public static IEnumerable<StudyRow> EqualCandidates(int rollouts) => Traffics.All.Select(scenario => Row(scenario with { Rollouts = rollouts }));

    public static IEnumerable<StudyRow> WorseCandidates(int rollouts) =>
        from worse in Worse
        from traffic in Rates
        select Row(new()
        {
            Name = $"{worse.Name}; {traffic} requests/s",
            RequestsPerSecond = traffic,
            Steps = [Traffics.Step("5 %", 1200, 50, 200), Traffics.Step("50 %", 1200, 500, 200)],
            Metrics = [worse.Metric],
            Candidate = worse.Candidate,
            Rollouts = rollouts,
        });

    private static StudyRow Row(Scenario scenario)
    {
        var row = new StudyRow(scenario, Simulate.Run(scenario), Rivals.Count(scenario));
        Console.Error.WriteLine(System.Text.Json.JsonSerializer.Serialize(row.Ours, ScenarioJson.Default.ScenarioResult));
        return row;
    }
}
