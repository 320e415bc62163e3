using FsCheck;
using FsCheck.Fluent;

namespace Rerank.Evaluation.Tests;

public sealed class PairedComparisonTests
{
    private const int Simulations = 400;

    [Fact]
    public void Of_TheSameValues_IsNoDifference()
    {
        var comparison = PairedComparison.Of([0.1, 0.5, 1], [0.1, 0.5, 1]);

        Assert.Equal((3, 0, 0, 0, 1), (comparison.Queries, comparison.Difference, comparison.Low, comparison.High, comparison.P));
        Assert.True(comparison.IsTooFew);
    }

    [Fact]
    public void Of_AClearDifference_IsOutsideOfChance()
    {
        var values = Enumerable.Range(0, 100).Select(i => 0.5 + (i % 10 * 0.01)).ToList();

        var comparison = PairedComparison.Of(values, [.. values.Select((v, i) => v - 0.1 + (i % 3 * 0.01))]);

        Assert.Equal(0.09, comparison.Difference, 0.01);
        Assert.InRange(comparison.Low, 0.08, comparison.Difference);
        Assert.InRange(comparison.High, comparison.Difference, 0.1);
        Assert.True(comparison.P < 0.001);
    }

    [Fact]
    public void Of_TheOtherWayRound_IsTheOpposite()
    {
        double[] values = [0.2, 0.4, 0.9, 0.1, 0.7];
        double[] others = [0.3, 0.1, 0.5, 0.2, 0.6];

        Assert.Equal(PairedComparison.Of(values, others).Difference, -PairedComparison.Of(others, values).Difference, precision: 12);
        Assert.Equal(PairedComparison.Of(values, others).P, PairedComparison.Of(others, values).P, tolerance: 0.02);
    }

    /// <summary>Equal systems whose queries differ a lot: one in twenty is called different, and the interval misses zero as rarely.</summary>
    [Fact]
    public void Of_EqualSystems_DiffersAsRarelyAsPromised()
    {
        var random = new System.Random(7);
        var (different, missed) = (0, 0);
        for (var i = 0; i < Simulations; i++)
        {
            double[] values = [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble() < 0.3 ? 1 : random.NextDouble())];
            double[] others = [.. values.Select(v => Math.Clamp(v + ((random.NextDouble() - 0.5) * 0.4), -1, 2))];
            var comparison = PairedComparison.Of(values, others);
            different += comparison.P < 0.05 ? 1 : 0;
            missed += comparison.Low > 0 || comparison.High < 0 ? 1 : 0;
        }

        // 20 of 400 each; three standard deviations are 13.
        Assert.InRange(different, 4, 36);
        Assert.InRange(missed, 4, 40);
    }

    [Fact]
    public void Holm_MultipliesByWhatIsLeft_AndNeverFalls() =>
        Assert.Equal([0.03, 0.06, 0.06, 0.9], PairedComparison.Holm([0.0075, 0.03, 0.02, 0.9]).Select(p => Math.Round(p, 10)));

    [Fact]
    public void Holm_IsNeverBelowTheOriginal_NorAboveOne() => Prop.ForAll(
        Gen.Choose(0, 1000).Select(n => n / 1000.0).ListOf().ToArbitrary(),
        p => PairedComparison.Holm([.. p]).Zip(p).All(pair => pair.First >= pair.Second && pair.First <= 1)).QuickCheckThrowOnFailure();
}
