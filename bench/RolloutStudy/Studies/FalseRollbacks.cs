using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Studies;

/// <param name="Difference">Between the arms.</param>
internal sealed record FalseRollbackRow(string Difference, int RequestsPerSecond, int Rollouts, int RolledBack);

/// <summary>How often a candidate that is as good, or just good enough, is rolled back.</summary>
internal static class FalseRollbacks
{
    public const int Rollouts = 300;
    private const int SecondsBetweenLooks = 10;

    public static readonly int[] Levels = [1, 5, 20, 100, 500];

    /// <summary>As bad as is allowed in three metrics at once: any rollback is a false one.</summary>
    public static readonly Regression AtTheMargin = new(Judge.ErrorMargin, Judge.P99Ratio, ArmModel.BaseOverlap - Judge.OverlapFloor);

    public static IEnumerable<FalseRollbackRow> Run()
    {
        foreach (var level in Levels)
            yield return new("none", level, Rollouts, Count(Regression.None, level, Rollouts, SecondsBetweenLooks));
        foreach (var level in new[] { 20, 100 })
            yield return new("as much as is allowed", level, Rollouts, Count(AtTheMargin, level, Rollouts, SecondsBetweenLooks));
    }

    public static int Count(Regression regression, int requestsPerSecond, int rollouts, int secondsBetweenLooks)
    {
        ArmModel stable = new(Regression.None), candidate = new(regression);
        return Enumerable.Range(0, rollouts).Count(seed => Verdicts.Of(
            new(stable, candidate, requestsPerSecond, new Dice((ulong)(seed * 1000 + requestsPerSecond))), secondsBetweenLooks)[0] is not null);
    }
}
