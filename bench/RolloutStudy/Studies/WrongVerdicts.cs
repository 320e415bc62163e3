using Rerank.Operator.Api;
using Rerank.RolloutStudy.Scenarios;

namespace Rerank.RolloutStudy.Studies;

/// <summary>How often equal candidates are rolled back, and candidates that are worse than allowed are promoted.</summary>
internal static class WrongVerdicts
{
    public const int WorseRollouts = 200;

    /// <summary>Candidates that are worse than allowed by half of the margin, in one way.</summary>
    private static readonly (string Name, MetricSpec Metric, Difference Candidate)[] Worse =
    [
        ("2.0 % errors instead of 0.5 %, 1.5 % allowed", Traffics.Errors, new() { MoreErrors = 0.015 }),
        ("1.45 times the latency, 1.30 allowed at p95", Traffics.P95, new() { Slower = 1 + 1.5 * (Traffics.LatencyRatio - 1) }),
        ("overlap 0.875, 0.90 wanted", Traffics.Overlap, new() { LessOverlap = 0.075 }),
        ("best scores higher by 1.3 logits, an index of 0.38, 0.25 allowed", Traffics.Shift, new() { ScoreShift = 1.3 }),
        ("7.5 points fewer clicks, 5 allowed", Traffics.Clicks, new() { ClickShareFactor = 1 - 0.075 / 0.6 }),
    ];

    private static readonly int[] Rates = [5, 50];

    public static IEnumerable<StudyRow> EqualCandidates(StudyRows rows, int rollouts) => Traffics.All.Select(scenario => rows.Of(scenario with { Rollouts = rollouts }));

    public static IEnumerable<StudyRow> WorseCandidates(StudyRows rows, int rollouts) =>
        from worse in Worse
        from traffic in Rates
        select rows.Of(new()
        {
            Name = $"{worse.Name}; {traffic} requests/s",
            RequestsPerSecond = traffic,
            Steps = [Traffics.Step("5 %", 1200, 50, 200), Traffics.Step("50 %", 1200, 500, 200)],
            Metrics = [worse.Metric],
            Candidate = worse.Candidate,
            Rollouts = Math.Min(rollouts, WorseRollouts),
        });
}
