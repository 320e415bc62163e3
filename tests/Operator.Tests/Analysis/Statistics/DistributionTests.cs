using FsCheck;
using FsCheck.Fluent;
using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;
using Interval = Rerank.Operator.Analysis.Statistics.Interval;

namespace Rerank.Operator.Tests.Analysis.Statistics;

public sealed class DistributionTests
{
    private static readonly Arbitrary<(int[] Stable, int[] Candidate, double Alpha)> Pairs = (
        from stable in Gen.OneOf(Gen.Choose(0, 2), Gen.Choose(0, 5000)).ArrayOf(40)
        from candidate in Gen.OneOf(Gen.Choose(0, 2), Gen.Choose(0, 5000)).ArrayOf(40)
        from permille in Gen.Choose(1, 300)
        select (stable, candidate, permille / 1000.0)).ToArbitrary();

    [Fact]
    public void Index_TwoBinsOfManyValues_IsOfClosedForm()
    {
        var stable = Logits((0, 1_000_000), (8, 1_000_000));
        var candidate = Logits((0, 1_600_000), (8, 400_000));

        Assert.Equal(0.3 * Math.Log(0.8 / 0.5) + 0.3 * Math.Log(0.5 / 0.2), StabilityIndex.Estimate(stable, candidate)!.Value, 1e-4);
    }

    [Fact]
    public void Index_NoValues_IsUnknown()
    {
        Assert.Null(StabilityIndex.Estimate(Logits(), Logits((0, 5))));
        Assert.Equal(0, StabilityIndex.Bounds(Logits(), Logits((0, 5)), 0.05).Lower);
        Assert.Null(KolmogorovSmirnov.Distance(Logits(), Logits((0, 5))));
        Assert.Equal(new Interval(0, 1), KolmogorovSmirnov.Bounds(Logits(), Logits((0, 5)), 0.05));
    }

    [Fact]
    public void Index_AnyCounts_IsWithinItsBoundsWhichAreNestedInAlpha() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Pairs, p =>
    {
        var (stable, candidate) = (Logits(p.Stable), Logits(p.Candidate));
        if (StabilityIndex.Estimate(stable, candidate) is not { } index)
            return true;
        var (bounds, wider) = (StabilityIndex.Bounds(stable, candidate, p.Alpha), StabilityIndex.Bounds(stable, candidate, p.Alpha / 2));
        return 0 <= wider.Lower && wider.Lower <= bounds.Lower && bounds.Lower <= index && index <= bounds.Upper && bounds.Upper <= wider.Upper;
    }));

    [Fact]
    public void Index_SameCounts_IsZero() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Pairs, p =>
        (StabilityIndex.Estimate(Logits(p.Stable), Logits(p.Stable)) ?? 0) == 0 && StabilityIndex.Bounds(Logits(p.Stable), Logits(p.Stable), p.Alpha).Lower == 0));

    [Fact]
    public void Index_PeekingAtEqualArms_ShowsNoShift()
    {
        var wrong = Peeking.CountWrong(100, random => Watch(random, 0, 3000, (stable, candidate) => StabilityIndex.Bounds(stable, candidate, 0.3).Lower > 0));

        Assert.InRange(wrong, 0, Peeking.Limit(100, 0.3));
    }

    [Fact]
    public void Index_PeekingAtAShift_StaysBelowTheDivergence()
    {
        // Of normal distributions of standard deviation 1 that are d apart, the divergence is d^2; binning only takes from it.
        var wrong = Peeking.CountWrong(100, random => Watch(random, 0.7, 3000, (stable, candidate) => StabilityIndex.Bounds(stable, candidate, 0.3).Lower > 0.49));

        Assert.InRange(wrong, 0, Peeking.Limit(100, 0.3));
    }

    [Fact]
    public void Index_ClearShift_IsShownSoon()
    {
        var notShown = Peeking.CountWrong(40, random =>
            !Watch(random, 1.0, 3000, (stable, candidate) => StabilityIndex.Bounds(stable, candidate, 0.0025).Lower > 0.25));

        Assert.InRange(notShown, 0, 8);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.05)]
    [InlineData(0.001)]
    [InlineData(1e-6)]
    public void Radius_ByTheorem2_HasItsError(double alpha)
    {
        // Howard, Ramdas (2022), theorem 2 for A = 0.85: the error of the radius A sqrt((ln ln(e t) + C) / t).
        var c = 0.8 * Math.Log(1612 / alpha);
        Assert.Equal(0.85 * Math.Sqrt((Math.Log(Math.Log(Math.E * 1e5)) + c) / 1e5), KolmogorovSmirnov.Radius(100_000, alpha), 1e-12);

        var error = Enumerable.Range(1, 4000).Select(i => 1 + i * 1e-5 * 5).Select(eta =>
        {
            var square = 2 / eta * Math.Pow(0.85 - Math.Sqrt(2 * (eta - 1) / c), 2);
            return square <= 1 ? double.PositiveInfinity : 4 * Math.Exp(-square * c) * (1 + 1 / ((square - 1) * Math.Log(eta)));
        }).Min();
        Assert.True(error <= alpha, $"{error} > {alpha}");
    }

    [Fact]
    public void Distance_PeekingAtKnownDistributions_HoldsItsError()
    {
        // The largest difference of N(0, 1) and N(0.7, 1) in eighths is at 0.35, between two edges.
        var truth = 0.27366;
        var wrong = Peeking.CountWrong(100, random => Watch(random, 0.7, 3000, (stable, candidate) =>
            KolmogorovSmirnov.Bounds(stable, candidate, 0.3) is var bounds && (bounds.Lower > truth || bounds.Upper < truth - 0.002)));

        Assert.InRange(wrong, 0, Peeking.Limit(100, 0.3));
    }

    [Fact]
    public void Distance_AnyCounts_IsSymmetricAndWithinItsBounds() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Pairs, p =>
    {
        var (stable, candidate) = (Logits(p.Stable), Logits(p.Candidate));
        var bounds = KolmogorovSmirnov.Bounds(stable, candidate, p.Alpha);
        return KolmogorovSmirnov.Distance(stable, candidate) == KolmogorovSmirnov.Distance(candidate, stable)
            && (KolmogorovSmirnov.Distance(stable, candidate) is not { } distance || (bounds.Lower <= distance && distance <= bounds.Upper));
    }));

    private static bool Watch(Random random, double shift, int count, Func<Tally, Tally, bool> isSeen)
    {
        Dictionary<int, long> stable = [], candidate = [];
        for (var n = 1; n <= count; n++)
        {
            Add(stable, Buckets.OfLogit(Peeking.Normal(random)));
            Add(candidate, Buckets.OfLogit(shift + Peeking.Normal(random)));
            if (n % 100 == 0 && isSeen(Tally.OfLogits(new(stable)), Tally.OfLogits(new(candidate))))
                return true;
        }

        return false;

        void Add(Dictionary<int, long> counts, int bucket) => counts[bucket] = counts.GetValueOrDefault(bucket) + 1;
    }

    private static Tally Logits(params (int Bucket, long Count)[] counts) => Tally.OfLogits(new(counts.ToDictionary(c => c.Bucket, c => c.Count)));

    private static Tally Logits(int[] counts) => Logits([.. counts.Select((count, i) => (i - 20, (long)count))]);
}
