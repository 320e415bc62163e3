using FsCheck;
using FsCheck.Fluent;
using Rerank.Operator.Analysis.Statistics;
using Interval = Rerank.Operator.Analysis.Statistics.Interval;

namespace Rerank.Operator.Tests.Analysis.Statistics;

public sealed class BoundedMeanTests
{
    /// <summary>Shares of ten places with few, many, or no counts each.</summary>
    private static readonly Arbitrary<((double Value, long Count)[] Values, double Alpha)> Tallies = (
        from counts in Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(0, 2000)).ArrayOf(11)
        from permille in Gen.Choose(1, 300)
        select (counts.Select((count, i) => (i / 10.0, (long)count)).ToArray(), permille / 1000.0)).ToArbitrary();

    [Fact]
    public void Bounds_NoValues_AreEverything()
    {
        Assert.Equal(new Interval(0, 1), BoundedMean.Bounds([], 0.05));
        Assert.Null(BoundedMean.Mean([]));
    }

    [Fact]
    public void Bounds_OneValue_AreOfClosedForm()
    {
        // One bet on 1 at fraction c gives 1 - c + c / m, so the average one stakes the average fraction.
        var fraction = (0.9 + Enumerable.Range(1, 10).Sum(power => Math.Pow(2, -power))) / 11;

        Assert.Equal(fraction / (1 / 0.05 - 1 + fraction), BoundedMean.Bounds([(1, 1)], 0.05).Lower, 1e-6);
    }

    [Theory]
    [InlineData(0.2, 1)]
    [InlineData(0.2, 12)]
    [InlineData(0.9, 40)]
    public void LogCapital_MeanAsBetAgainst_IsFair(double mean, int trials)
    {
        var expected = Enumerable.Range(0, trials + 1).Sum(ones => Math.Exp(
            ones * Math.Log(mean) + (trials - ones) * Math.Log(1 - mean)
            - LogGamma.Beta(ones + 1, trials - ones + 1) - Math.Log(trials + 1)
            + BoundedMean.LogCapital([(0, trials - ones), (1, ones)], mean)));

        Assert.Equal(1, expected, 1e-9);
    }

    [Fact]
    public void Bounds_AnyValues_HoldTheMeanAndAreNestedInAlpha() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Tallies, t =>
    {
        var (bounds, wider) = (BoundedMean.Bounds(t.Values, t.Alpha), BoundedMean.Bounds(t.Values, t.Alpha / 2));
        var mean = BoundedMean.Mean(t.Values) ?? 0.5;
        return 0 <= wider.Lower && wider.Lower <= bounds.Lower && bounds.Lower <= mean
            && mean <= bounds.Upper && bounds.Upper <= wider.Upper && wider.Upper <= 1;
    }));

    [Fact]
    public void Bounds_MirroredValues_AreMirrored() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Tallies, t =>
    {
        var bounds = BoundedMean.Bounds(t.Values, t.Alpha);
        var mirrored = BoundedMean.Bounds([.. t.Values.Select(v => (1 - v.Value, v.Count))], t.Alpha);
        return Math.Abs(bounds.Lower + mirrored.Upper - 1) < 1e-6 && Math.Abs(bounds.Upper + mirrored.Lower - 1) < 1e-6;
    }));

    [Fact]
    public void Bounds_OneValueLarger_RiseBoth() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Tallies, Gen.Choose(0, 9).ToArbitrary(), (t, at) =>
    {
        (double, long)[] smaller = [.. t.Values, (at / 10.0, 1)];
        (double, long)[] larger = [.. t.Values, ((at + 1) / 10.0, 1)];
        var (before, after) = (BoundedMean.Bounds(smaller, t.Alpha), BoundedMean.Bounds(larger, t.Alpha));
        return before.Lower <= after.Lower + 1e-9 && before.Upper <= after.Upper + 1e-9;
    }));

    [Fact]
    public void Bounds_AnyMean_AreWhereTheCapitalReachesOneOverAlpha() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        Tallies, Gen.Choose(1, 999).Select(m => m / 1000.0).ToArbitrary(), (t, mean) =>
        {
            var lower = BoundedMean.Bounds(t.Values, t.Alpha).Lower;
            return Math.Abs(lower - mean) < 1e-6 || BoundedMean.LogCapital(t.Values, mean) >= -Math.Log(t.Alpha) == mean < lower;
        }));

    [Theory]
    [InlineData(0.93, 0.0)]
    [InlineData(0.5, 0.0)]
    [InlineData(0.7, 0.3)]
    public void Bounds_PeekingAtEveryValue_HoldTheirError(double share, double swing)
    {
        // Each value is the part of ten places that agree, at a chance that itself swings around the mean from request to request.
        const double alpha = 0.1;
        int Wrong(bool above) => Peeking.CountWrong(400, random =>
        {
            var counts = new long[11];
            for (var n = 1; n <= 400; n++)
            {
                var chance = share + (random.Next(2) == 0 ? swing : -swing);
                var places = Enumerable.Range(0, 10).Count(_ => random.NextDouble() < chance);
                counts[above ? places : 10 - places]++;
                if (BoundedMean.LogCapital([.. counts.Select((count, i) => (i / 10.0, count))], above ? share : 1 - share) >= -Math.Log(alpha))
                    return true;
            }

            return false;
        });

        Assert.InRange(Wrong(above: true), 0, Peeking.Limit(400, alpha));
        Assert.InRange(Wrong(above: false), 0, Peeking.Limit(400, alpha));
    }

    [Theory]
    [InlineData(0.85, 0.9, 300)]
    [InlineData(0.80, 0.9, 90)]
    [InlineData(0.20, 0.9, 6)]
    public void Bounds_MeanTooLow_ExcludeTheFloorSoon(double share, double floor, int values)
    {
        var notYet = Peeking.CountWrong(200, random =>
        {
            var counts = new long[11];
            for (var n = 0; n < values; n++)
                counts[Enumerable.Range(0, 10).Count(_ => random.NextDouble() < share)]++;
            return BoundedMean.Bounds([.. counts.Select((count, i) => (i / 10.0, count))], 0.0025).Upper >= floor;
        });

        Assert.InRange(notYet, 0, 40);
    }
}
