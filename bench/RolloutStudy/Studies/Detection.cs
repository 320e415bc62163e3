using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Studies;

/// <summary>One way in which a candidate can be worse, in several sizes from none on.</summary>
/// <param name="Name">Title of its table and plots.</param>
/// <param name="Axis">What the labels say.</param>
/// <param name="Sizes">Smallest first.</param>
/// <param name="Allowed">Position among the sizes, perhaps between two, up to which it is within the margin.</param>
/// <param name="Measure">What other methods look at.</param>
internal sealed record RegressionKind(string Name, string Axis, (string Label, Regression Regression)[] Sizes, double Allowed, Measure Measure);

/// <param name="Rollbacks">One of each simulated rollout; null: not rolled back.</param>
internal sealed record DetectionCell(string Method, int Size, Rollback?[] Rollbacks)
{
    public double Share => (double)Rollbacks.Count(rollback => rollback is not null) / Rollbacks.Length;

    /// <summary>Half of all rollouts are rolled back by then; null when fewer are.</summary>
    public Rollback? Median => Rollbacks.OrderBy(rollback => rollback?.Seconds ?? int.MaxValue).ElementAt((Rollbacks.Length - 1) / 2);
}

/// <summary>How often, and how soon, a worse candidate is rolled back, by four methods on the same traffic.</summary>
internal static class Detection
{
    public const int Rollouts = 200;
    public const int RequestsPerSecond = 50;
    private const int SecondsBetweenLooks = 10;

    public const string Ours = "Rerank Operator";
    public const string FirstFailure = "Fixed threshold, first failed minute";
    public const string FifthFailure = "Fixed threshold, fifth failed minute";
    public const string Kayenta = "Mann-Whitney (Kayenta)";

    public static readonly RegressionKind[] Kinds =
    [
        new(
            "More errors", "error rate, stable has 0.5 %",
            [.. new[] { 0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16 }.Select(more => ($"{100 * (ArmModel.BaseErrorRate + more):0.#} %", new Regression(MoreErrors: more)))],
            2, Measure.Errors(Judge.ErrorMargin)),
        new(
            "Slower", "times stable's latency",
            [.. new[] { 1, 1.1, 1.25, 1.5, 1.75, 2, 3 }.Select(slower => ($"{slower:0.##}", new Regression(Slower: slower)))],
            2 + (Judge.P99Ratio - 1.25) / 0.25, Measure.P99(Judge.P99Ratio)),
        new(
            "Other ranking", "mean overlap, an equally good model has 0.95",
            [.. new[] { 0, 0.03, 0.05, 0.07, 0.1, 0.15, 0.25 }.Select(less => ($"{ArmModel.BaseOverlap - less:0.00}", new Regression(LessOverlap: less)))],
            2, Measure.Overlap(Judge.OverlapFloor)),
    ];

    public static IEnumerable<DetectionCell> Run(RegressionKind kind)
    {
        for (var size = 0; size < kind.Sizes.Length; size++)
        {
            ArmModel stable = new(Regression.None), candidate = new(kind.Sizes[size].Regression);
            var runs = Enumerable.Range(0, Rollouts)
                .Select(seed => Verdicts.Of(new(stable, candidate, RequestsPerSecond, new Dice((ulong)(7_000_000 + seed))), SecondsBetweenLooks, Methods(kind)))
                .ToArray();
            string[] names = [Ours, FirstFailure, FifthFailure, .. kind.Measure.Baseline is null ? Array.Empty<string>() : [Kayenta]];
            for (var method = 0; method < names.Length; method++)
                yield return new(names[method], size, [.. runs.Select(run => run[method])]);
        }
    }

    private static IMinuteMethod[] Methods(RegressionKind kind) =>
    [
        new FixedThreshold(kind.Measure, 1),
        new FixedThreshold(kind.Measure, 5),
        .. kind.Measure.Baseline is null ? Array.Empty<IMinuteMethod>() : [new MannWhitney(kind.Measure)],
    ];
}
