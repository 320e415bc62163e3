using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Studies;

/// <param name="Difference">Between the arms.</param>
/// <param name="RolledBack">By our own judgement.</param>
/// <param name="ByOthers">By other methods, in the order of their names.</param>
internal sealed record FalseRollbackRow(string Difference, int RequestsPerSecond, int Rollouts, int RolledBack, int[] ByOthers);

/// <summary>How often a candidate that is as good, or just good enough, is rolled back.</summary>
internal static class FalseRollbacks
{
    public const int Rollouts = 300;
    private const int SecondsBetweenLooks = 10;

    public static readonly int[] Levels = [1, 5, 20, 100, 500];

    /// <summary>As bad as is allowed in three metrics at once: any rollback is a false one.</summary>
    public static readonly Regression AtTheMargin = new(Judge.ErrorMargin, Judge.P99Ratio, ArmModel.BaseOverlap - Judge.OverlapFloor);

    /// <summary>What else looks at the same traffic.</summary>
    public static readonly string[] Others = ["first failed minute, errors", "p99", "fifth failed minute, errors", "p99", "Mann-Whitney, errors", "p99"];

    public static IEnumerable<FalseRollbackRow> Run()
    {
        foreach (var level in Levels)
            yield return Row("none", Regression.None, level);
        foreach (var level in new[] { 20, 100 })
            yield return Row("as much as is allowed", AtTheMargin, level);
    }

    /// <summary>How many rollouts our own judgement rolls back.</summary>
    public static int Count(Regression regression, int requestsPerSecond, int rollouts, int secondsBetweenLooks) =>
        Simulate(regression, requestsPerSecond, rollouts, secondsBetweenLooks, () => []).Count(rollbacks => rollbacks[0] is not null);

    private static FalseRollbackRow Row(string difference, Regression regression, int level)
    {
        var rollbacks = Simulate(regression, level, Rollouts, SecondsBetweenLooks, MakeOthers).ToArray();
        int[] counts = [.. Enumerable.Range(0, 1 + Others.Length).Select(method => rollbacks.Count(rollback => rollback[method] is not null))];
        return new(difference, level, Rollouts, counts[0], counts[1..]);
    }

    private static IMinuteMethod[] MakeOthers()
    {
        Measure errors = Measure.Errors(Judge.ErrorMargin), p99 = Measure.P99(Judge.P99Ratio);
        return
        [
            new FixedThreshold(errors, 1), new FixedThreshold(p99, 1), new FixedThreshold(errors, 5), new FixedThreshold(p99, 5),
            new MannWhitney(errors), new MannWhitney(p99),
        ];
    }

    private static IEnumerable<Rollback?[]> Simulate(
        Regression regression, int requestsPerSecond, int rollouts, int secondsBetweenLooks, Func<IReadOnlyList<IMinuteMethod>> makeOthers)
    {
        ArmModel stable = new(Regression.None), candidate = new(regression);
        return Enumerable.Range(0, rollouts).Select(seed => Verdicts.Of(
            new(stable, candidate, requestsPerSecond, new Dice((ulong)(seed * 1000 + requestsPerSecond))), secondsBetweenLooks, makeOthers()));
    }
}
