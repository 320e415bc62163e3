using FsCheck;
using FsCheck.Fluent;
using Rerank.Operator.Analysis.Statistics;
using Interval = Rerank.Operator.Analysis.Statistics.Interval;

namespace Rerank.Operator.Tests.Analysis.Statistics;

public sealed class ProportionTests
{
    private static readonly Arbitrary<(int Successes, int Failures, double Alpha)> Counts = (
        from successes in Gen.OneOf(Gen.Choose(0, 20), Gen.Choose(0, 100_000))
        from failures in Gen.OneOf(Gen.Choose(0, 20), Gen.Choose(0, 100_000))
        from permille in Gen.Choose(1, 300)
        select (successes, failures, permille / 1000.0)).ToArbitrary();

    [Fact]
    public void Bounds_NoTrials_AreEverything() => Assert.Equal(new Interval(0, 1), Proportion.Bounds(0, 0, 0.05));

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Bounds_OnlyOneOutcome_AreOfClosedForm(int trials)
    {
        const double alpha = 0.05;
        double MarginalOf(bool success) => new[] { (A: 0.5, B: 0.5), (A: 0.5, B: 20.0) }.Average(prior =>
            Enumerable.Range(0, trials).Aggregate(1.0, (product, i) => product * ((success ? prior.A : prior.B) + i) / (prior.A + prior.B + i)));

        Assert.Equal(Math.Pow(alpha * MarginalOf(true), 1.0 / trials), Proportion.Bounds(trials, trials, alpha).Lower, 1e-9);
        Assert.Equal(1 - Math.Pow(alpha * MarginalOf(false), 1.0 / trials), Proportion.Bounds(0, trials, alpha).Upper, 1e-9);
        Assert.Equal(1, Proportion.Bounds(trials, trials, alpha).Upper);
        Assert.Equal(0, Proportion.Bounds(0, trials, alpha).Lower);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(200)]
    public void LogMarginal_AllCountsOfSoManyTrials_IsADistribution(int trials)
    {
        var sum = Enumerable.Range(0, trials + 1).Sum(successes =>
            Math.Exp(Proportion.LogMarginal(successes, trials - successes) - LogGamma.Beta(successes + 1, trials - successes + 1) - Math.Log(trials + 1)));

        Assert.Equal(1, sum, 1e-9);
    }

    [Fact]
    public void Bounds_AnyCounts_HoldTheEstimateAndAreNestedInAlpha() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Counts, c =>
    {
        var trials = c.Successes + c.Failures;
        var bounds = Proportion.Bounds(c.Successes, trials, c.Alpha);
        var wider = Proportion.Bounds(c.Successes, trials, c.Alpha / 2);
        var estimate = trials == 0 ? 0.5 : (double)c.Successes / trials;
        return 0 <= wider.Lower && wider.Lower <= bounds.Lower && bounds.Lower <= estimate
            && estimate <= bounds.Upper && bounds.Upper <= wider.Upper && wider.Upper <= 1;
    }));

    [Fact]
    public void Bounds_OneSuccessMore_RiseBoth() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Counts, c =>
    {
        var trials = c.Successes + c.Failures + 1;
        var (before, after) = (Proportion.Bounds(c.Successes, trials, c.Alpha), Proportion.Bounds(c.Successes + 1, trials, c.Alpha));
        return before.Lower <= after.Lower && before.Upper <= after.Upper;
    }));

    [Fact]
    public void IsAboveAndIsBelow_AnyChance_AgreeWithTheBounds() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
        Counts, Gen.Choose(1, 99_999).Select(chance => chance / 100_000.0).ToArbitrary(), (c, chance) =>
        {
            var trials = c.Successes + c.Failures;
            var bounds = Proportion.Bounds(c.Successes, trials, c.Alpha);
            return Math.Min(Math.Abs(chance - bounds.Lower), Math.Abs(chance - bounds.Upper)) < 1e-9
                || (Proportion.IsAbove(chance, c.Successes, trials, c.Alpha) == bounds.Lower > chance
                    && Proportion.IsBelow(chance, c.Successes, trials, c.Alpha) == bounds.Upper < chance);
        }));

    [Theory]
    [InlineData(0.002)]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(0.97)]
    public void Bounds_PeekingAtEveryTrial_HoldTheirError(double chance)
    {
        const double alpha = 0.1;
        var wrong = Peeking.CountWrong(1000, random => IsEverWrong(random, chance, 1500, (successes, trials) =>
            Proportion.IsAbove(chance, successes, trials, alpha) || Proportion.IsBelow(chance, successes, trials, alpha)));

        Assert.InRange(wrong, 1, Peeking.Limit(1000, alpha));
    }

    [Fact]
    public void FixedHorizonTest_PeekingAtEveryTrial_IsWrongFarMoreOften()
    {
        // What the coverage above is able to notice: the same look at the usual interval of error 0.1.
        var wrong = Peeking.CountWrong(1000, random => IsEverWrong(random, 0.5, 1500, (successes, trials) =>
            trials >= 30 && Math.Abs(successes - 0.5 * trials) > 1.645 * Math.Sqrt(0.25 * trials)));

        Assert.True(wrong > 3 * Peeking.Limit(1000, 0.1), $"{wrong}");
    }

    [Theory]
    [InlineData(0.05, 0.01, 700)]
    [InlineData(0.5, 0.6, 1000)]
    [InlineData(0.002, 0.01, 2500)]
    public void Bounds_OtherChance_ExcludeItSoon(double chance, double other, int trials)
    {
        var notYet = Peeking.CountWrong(300, random =>
        {
            var successes = Enumerable.Range(0, trials).Count(_ => random.NextDouble() < chance);
            var bounds = Proportion.Bounds(successes, trials, 0.005);
            return bounds.Lower <= other && other <= bounds.Upper;
        });

        Assert.InRange(notYet, 0, 60);
    }

    [Fact]
    public void Difference_PeekingAtBothArms_HoldsItsError()
    {
        const double alpha = 0.2;
        var wrong = Peeking.CountWrong(300, random =>
        {
            int stable = 0, candidate = 0;
            for (var n = 1; n <= 400; n++)
            {
                stable += random.NextDouble() < 0.1 ? 1 : 0;
                candidate += random.NextDouble() < 0.2 ? 1 : 0;
                var harm = Proportion.Bounds(candidate, n, alpha / 2) - Proportion.Bounds(stable, n, alpha / 2);
                if (harm.Lower > 0.1 || harm.Upper < 0.1)
                    return true;
            }

            return false;
        });

        Assert.InRange(wrong, 0, Peeking.Limit(300, alpha));
    }

    private static bool IsEverWrong(Random random, double chance, int trials, Func<int, int, bool> isWrong)
    {
        var successes = 0;
        for (var n = 1; n <= trials; n++)
        {
            successes += random.NextDouble() < chance ? 1 : 0;
            if (isWrong(successes, n))
                return true;
        }

        return false;
    }
}
