using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Report;
using Rerank.RolloutStudy.Simulation;
using Rerank.RolloutStudy.Studies;

namespace Rerank.Operator.Tests.Analysis;

/// <summary>The judge at work in simulated rollouts of bench/RolloutStudy, which has more of them.</summary>
public sealed class SimulatedRolloutTests
{
    private const int SecondsBetweenLooks = 60;

    [Fact]
    [Trait("Fault", "T66")]
    public void Judge_EqualCandidates_AreRolledBackNoMoreOftenThanAllowed()
    {
        const int rollouts = 200;

        var rolledBack = FalseRollbacks.Count(Regression.None, 20, rollouts, SecondsBetweenLooks);

        // No more than chance makes of ten false rollbacks per thousand in one of a million runs.
        Assert.InRange(rolledBack, 0, Statistics.Peeking.Limit(rollouts, Judge.Spec.FalseRollbackPermille / 1000.0));
    }

    public static TheoryData<string, double, double, double> Regressions => new()
    {
        { "5 points more errors", 0.05, 1, 0 },
        { "twice as slow", 0, 2, 0 },
        { "overlap down by 0.1", 0, 1, 0.1 },
    };

    [Theory]
    [MemberData(nameof(Regressions))]
    [Trait("Fault", "T66")]
    public void Judge_WorseCandidates_AreRolledBack(string name, double moreErrors, double slower, double lessOverlap)
    {
        var rolledBack = FalseRollbacks.Count(new(moreErrors, slower, lessOverlap), 20, 30, SecondsBetweenLooks);

        Assert.True(rolledBack >= 27, $"{name}: {rolledBack} of 30");
    }

    [Fact]
    public void Judge_AsWorseAsIsAllowed_IsRolledBackNoMoreOftenThanAllowed() => Assert.InRange(
        FalseRollbacks.Count(FalseRollbacks.AtTheMargin, 20, 60, SecondsBetweenLooks), 0, Statistics.Peeking.Limit(60, Judge.Spec.FalseRollbackPermille / 1000.0));

    [Theory]
    [InlineData(0, 300, 0.009936)]
    [InlineData(5, 100, 0.102253)]
    [InlineData(7, 7, 1)]
    public void BinomialBound_OfFewSuccesses_IsClopperPearsons(int successes, int trials, double bound) =>
        Assert.Equal(bound, BinomialBound.Upper(successes, trials), 1e-5);

    [Fact]
    public void MannWhitney_ShiftedSeries_IsHigh()
    {
        double[] stable = [.. Enumerable.Range(0, 12).Select(i => 100.0 + i)];

        Assert.False(MannWhitney.IsHigh(stable, stable));
        Assert.True(MannWhitney.IsHigh([.. stable.Select(value => value + 20)], stable));
        Assert.False(MannWhitney.IsHigh([.. stable.Select(value => value - 20)], stable));
        Assert.False(MannWhitney.IsHigh([200, 201], [100, 101]));
    }
}
