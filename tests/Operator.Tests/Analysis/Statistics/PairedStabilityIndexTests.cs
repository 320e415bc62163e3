using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Tests.Analysis.Statistics;

public sealed class PairedStabilityIndexTests
{
    [Fact]
    public void Estimate_TwoBins_IsTheJeffreysDivergence()
    {
        // Half of stable's scores in each of two buckets; the candidate has 80 % in the upper one.
        var index = PairedStabilityIndex.Of(Pairs((10, 10, 2_000_000), (10, 40, 3_000_000), (40, 40, 5_000_000)));

        Assert.Equal(0.3 * Math.Log(0.5 / 0.2) + 0.3 * Math.Log(0.8 / 0.5), index.Estimate!.Value, 1e-4);
        var bounds = index.Bounds(0.01);
        Assert.InRange(index.Estimate.Value, bounds.Lower, bounds.Upper);
        Assert.InRange(bounds.Lower, 0.40, index.Estimate.Value);
    }

    [Fact]
    public void Estimate_WithoutPairs_IsNone()
    {
        var index = PairedStabilityIndex.Of(Histogram.Empty);

        Assert.Null(index.Estimate);
        Assert.Equal(new Interval(0, double.PositiveInfinity), index.Bounds(0.01));
    }

    [Fact]
    public void Bounds_SameScores_HoldZeroAndNarrow()
    {
        var index = Watch(new Random(1), 1000, 0, 0).Last();

        Assert.Equal(0, index.Bounds(0.01).Lower);
        Assert.InRange(index.Bounds(0.05).Upper, 0, 0.25);
    }

    /// <summary>Scores that drift, as questions do over a day, for both arms alike, each arm with noise of its own.</summary>
    [Fact]
    public void Bounds_EquallyGoodModelsOnDriftingQuestions_AreNeverAboveZeroTooOften()
    {
        const int runs = 60;
        var wrong = Peeking.CountWrong(runs, random => Watch(random, 2000, 0, 1).Any(index => index.Bounds(0.05).Lower > 0));

        Assert.InRange(wrong, 0, Peeking.Limit(runs, 0.05));
    }

    [Fact]
    public void Bounds_ShiftOfALogit_IsSeenInFewPairs()
    {
        var seen = Enumerable.Range(0, 20).Select(seed => Watch(new Random(seed), 4000, 1, 0).FirstOrDefault(index => index.Bounds(0.0025).Lower > 0.04)?.Pairs ?? int.MaxValue);

        Assert.InRange(seen.Max(), 0, 3000);
    }

    private static IEnumerable<PairedStabilityIndex> Watch(Random random, int count, double shift, double noise)
    {
        var pairs = new Dictionary<int, long>();
        for (var n = 1; n <= count; n++)
        {
            var question = Math.Sin(n / 300.0) + 2 * Peeking.Normal(random);
            var stable = Buckets.OfBestScore(question + noise * Peeking.Normal(random));
            var candidate = Buckets.OfBestScore(question + shift + noise * Peeking.Normal(random));
            var bucket = stable * Buckets.BestScores + candidate;
            pairs[bucket] = pairs.GetValueOrDefault(bucket) + 1;
            if (n % 50 == 0)
                yield return PairedStabilityIndex.Of(new(pairs));
        }
    }

    private static Histogram Pairs(params (int Stable, int Candidate, long Count)[] pairs) =>
        new(pairs.ToDictionary(p => p.Stable * Buckets.BestScores + p.Candidate, p => p.Count));
}
