using FsCheck;
using FsCheck.Fluent;
using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Tests.Analysis.Statistics;

public sealed class QuantileTests
{
    private static readonly Arbitrary<(int[] Counts, double Share, double Alpha)> Tallies = (
        from counts in Gen.OneOf(Gen.Choose(0, 2), Gen.Choose(0, 500)).ArrayOf(30)
        from share in Gen.Elements(0.5, 0.9, 0.99)
        from permille in Gen.Choose(1, 300)
        select (counts, share, permille / 1000.0)).ToArbitrary();

    [Fact]
    public void Bounds_AnyCounts_AreTheFirstBucketsThatTheSharesShow() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Tallies, t =>
    {
        var tally = Tally(t.Counts);
        long Above(int bucket) => tally.Total - tally.UpTo(bucket);
        int? upper = Enumerable.Range(0, 30).Where(b => Proportion.Bounds(Above(b), tally.Total, t.Alpha).Upper < 1 - t.Share).Select(b => (int?)b).Min();
        int? lower = Enumerable.Range(0, 30).Where(b => Proportion.Bounds(Above(b), tally.Total, t.Alpha).Lower > 1 - t.Share).Select(b => (int?)b).Max();
        return Quantile.Upper(tally, t.Share, t.Alpha) == upper && Quantile.Lower(tally, t.Share, t.Alpha) == lower;
    }));

    [Fact]
    public void Bounds_AnyCounts_HoldTheQuantileAndAreNestedInAlpha() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Tallies, t =>
    {
        var tally = Tally(t.Counts);
        var (upper, wider) = (Quantile.Upper(tally, t.Share, t.Alpha), Quantile.Upper(tally, t.Share, t.Alpha / 2));
        var (lower, lowest) = (Quantile.Lower(tally, t.Share, t.Alpha), Quantile.Lower(tally, t.Share, t.Alpha / 2));
        var seen = tally.Quantile(t.Share) ?? 0;
        return (upper ?? 30) >= seen && (wider ?? 30) >= (upper ?? 30) && (lower ?? -1) < Math.Max(seen, 1) && (lowest ?? -1) <= (lower ?? -1);
    }));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public void Bounds_PeekingAtEveryValue_HoldTheirError(double share)
    {
        // Uniform over 1000 buckets: the quantile is in bucket 1000 q - 1.
        const double alpha = 0.1;
        var truth = (int)(1000 * share) - 1;
        var (above, below) = (0, 0);
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var counts = new Dictionary<int, long>();
            var (isAbove, isBelow) = (false, false);
            for (var n = 1; n <= 400; n++)
            {
                var bucket = random.Next(1000);
                counts[bucket] = counts.GetValueOrDefault(bucket) + 1;
                if (n % 2 != 0)
                    continue;
                var tally = new Tally(new Histogram(counts), 0, 999);
                isAbove |= Quantile.Lower(tally, share, alpha) >= truth;
                isBelow |= Quantile.Upper(tally, share, alpha) < truth;
            }

            above += isAbove ? 1 : 0;
            below += isBelow ? 1 : 0;
        }

        Assert.InRange(above, 1, Peeking.Limit(400, alpha));
        Assert.InRange(below, 1, Peeking.Limit(400, alpha));
    }

    [Fact]
    public void Ratio_Steps_RoundUpToBuckets()
    {
        Assert.Equal(0, QuantileRatio.Steps(1));
        Assert.Equal(6, QuantileRatio.Steps(1.25));
        Assert.Equal(16, QuantileRatio.Steps(2));
        Assert.Equal(2, QuantileRatio.Ratio(16));
    }

    [Fact]
    public void Ratio_SlowestBucket_HasNoUpperEdge()
    {
        var slow = Rerank.Operator.Analysis.Statistics.Tally.OfLatency(new(new Dictionary<int, long> { [Buckets.MaxLatency] = 5000 }));
        var fast = Rerank.Operator.Analysis.Statistics.Tally.OfLatency(new(new Dictionary<int, long> { [100] = 5000 }));

        Assert.Null(QuantileRatio.Bounds(slow, fast, 0.5, 0.01).Lower);
        Assert.Null(QuantileRatio.Bounds(fast, slow, 0.5, 0.01).Upper);
        Assert.Equal(299, QuantileRatio.Bounds(fast, slow, 0.5, 0.01).Lower);
    }

    [Theory]
    [InlineData(0.9, 0)]
    [InlineData(0.99, 0)]
    [InlineData(0.9, 8)]
    public void Ratio_PeekingAtBothArms_HoldsItsError(double share, int steps)
    {
        const double alpha = 0.2;
        var (above, below) = (0, 0);
        for (var seed = 0; seed < 200; seed++)
        {
            var (isAbove, isBelow) = WatchRatio(new Random(seed), share, steps, 1200, (lower, upper) => (lower >= steps + 1, upper <= steps - 1));
            above += isAbove ? 1 : 0;
            below += isBelow ? 1 : 0;
        }

        Assert.InRange(above, 0, Peeking.Limit(200, alpha));
        Assert.InRange(below, 0, Peeking.Limit(200, alpha));
    }

    [Fact]
    public void Ratio_CandidateTwiceAsSlow_IsShownSoon()
    {
        var notShown = Peeking.CountWrong(100, random =>
            !WatchRatio(random, 0.99, 16, 2000, (lower, _) => (lower >= QuantileRatio.Steps(1.25), false)).Item1);

        Assert.InRange(notShown, 0, 20);
    }

    private static (bool, bool) WatchRatio(Random random, double share, int steps, int count, Func<int?, int?, (bool, bool)> look)
    {
        Dictionary<int, long> stable = [], candidate = [];
        var seen = (First: false, Second: false);
        for (var n = 1; n <= count; n++)
        {
            Add(stable, Draw(0));
            Add(candidate, Draw(steps));
            if (n % 10 != 0)
                continue;
            var (lower, upper) = QuantileRatio.Bounds(
                Rerank.Operator.Analysis.Statistics.Tally.OfLatency(new(stable)), Rerank.Operator.Analysis.Statistics.Tally.OfLatency(new(candidate)), share, 0.2);
            var now = look(lower, upper);
            seen = (seen.First || now.Item1, seen.Second || now.Item2);
        }

        return seen;

        // Log-normal, with a median of 100 ms and a standard deviation of half a natural logarithm.
        int Draw(int shift) => Buckets.OfLatency(TimeSpan.FromSeconds(0.1 * Math.Exp(0.5 * Peeking.Normal(random)))) + shift;
        void Add(Dictionary<int, long> counts, int bucket) => counts[bucket] = counts.GetValueOrDefault(bucket) + 1;
    }

    private static Tally Tally(int[] counts) => new(new(counts.Select((count, i) => (i, count)).ToDictionary(c => c.i, c => (long)c.count)), 0, counts.Length - 1);
}
