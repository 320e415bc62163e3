using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Tests.Analysis.Statistics;

public sealed class PlaceTestTests
{
    private const int Places = PlaceEvidence.Places;

    /// <summary>Tenants of very unequal size, each with an error rate of its own: no two requests of one are independent.</summary>
    [Theory]
    [InlineData(50, 50)]
    [InlineData(50, 500)]
    [InlineData(1000, 50)]
    [InlineData(1000, 980)]
    public void Test_EqualCandidate_IsFoundWorseNoMoreOftenThanItsLevel(int tenants, int candidates)
    {
        const int runs = 400;
        var wrong = Peeking.CountWrong(runs, random =>
        {
            var (trials, bad) = Tenants(random, tenants, candidates, worseBy: 0);
            return PlaceTest.Test(trials, bad, candidates, 0, new(0.05, 0.05), (ulong)random.Next()).Harm <= 0.05;
        });

        Assert.InRange(wrong, 0, Peeking.Limit(runs, 0.05));
    }

    [Fact]
    public void Test_CandidateAtTheMargin_IsHardlyFoundWorseNorShownToBeWithin()
    {
        const int runs = 200;
        var (worse, within) = (0, 0);
        for (var seed = 0; seed < runs; seed++)
        {
            var random = new Random(seed);
            var (trials, bad) = Tenants(random, 1000, 500, worseBy: 0.01);
            var p = PlaceTest.Test(trials, bad, 500, 0.01, new(0.05, 0.05), (ulong)seed);
            worse += p.Harm <= 0.05 ? 1 : 0;
            within += p.Safety <= 0.05 ? 1 : 0;
        }

        Assert.InRange(worse, 0, Peeking.Limit(runs, 0.05));
        Assert.InRange(within, 0, Peeking.Limit(runs, 0.05));
    }

    [Fact]
    public void Test_WorseCandidate_IsFound()
    {
        var (trials, bad) = Tenants(new Random(1), 1000, 500, worseBy: 0.05);

        Assert.InRange(PlaceTest.Test(trials, bad, 500, 0.01, new(1e-4, 1e-4), 1).Harm, 0, 1e-4);
    }

    [Fact]
    public void Test_EqualCandidate_IsShownToBeWithinAWideMargin()
    {
        var (trials, bad) = Tenants(new Random(1), 1000, 500, worseBy: 0);

        Assert.InRange(PlaceTest.Test(trials, bad, 500, 0.05, new(1e-4, 1e-4), 1).Safety, 0, 1e-3);
    }

    [Fact]
    public void Test_SameSeed_GivesTheSame()
    {
        var (trials, bad) = Tenants(new Random(3), 50, 50, worseBy: 0.01);

        Assert.Equal(PlaceTest.Test(trials, bad, 50, 0.01, new(1e-4, 1e-4), 7), PlaceTest.Test(trials, bad, 50, 0.01, new(1e-4, 1e-4), 7));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void Test_OneArmOnly_SaysNothing(int candidates)
    {
        var (trials, bad) = Tenants(new Random(3), 50, 50, worseBy: 0);

        Assert.Equal(new(1, 1), PlaceTest.Test(trials, bad, candidates, 0, new(0.01, 0.01), 1));
    }

    [Fact]
    public void Effective_EqualAndUnequalPlaces_IsKishs()
    {
        Assert.Equal(4, PlaceTest.Effective([5, 5, 0, 5, 5]), 1e-9);
        Assert.Equal(1, PlaceTest.Effective([100]), 1e-9);
        Assert.Equal(0, PlaceTest.Effective([0, 0]));
        Assert.InRange(PlaceTest.Effective([1000, 1, 1, 1, 1, 1]), 1, 1.02);
    }

    [Fact]
    public void Pack_AnyCounts_UnpackToThemselves()
    {
        var counts = new int[Places];
        (counts[0], counts[1], counts[127], counts[998]) = (1, 127, 128, int.MaxValue);

        Assert.Equal(counts, PlaceCounts.Unpack(PlaceCounts.Pack(counts)));
        Assert.Empty(PlaceCounts.Pack(new int[Places]));
        Assert.Equal(new int[Places], PlaceCounts.Unpack([]));
        Assert.Equal(Places, PlaceCounts.Unpack([.. Enumerable.Repeat((byte)0xFF, 9999)]).Length);
    }

    private static (int[] Trials, int[] Bad) Tenants(Random random, int tenants, int candidates, double worseBy)
    {
        int[] trials = new int[Places], bad = new int[Places];
        for (var tenant = 1; tenant <= tenants; tenant++)
        {
            var place = random.Next(Places);
            var rate = Math.Clamp(0.02 + 0.02 * Peeking.Normal(random), 0, 1) + (place < candidates ? worseBy : 0);
            var requests = (int)(20_000.0 / tenant / Math.Log(tenants + 1)) + 1;
            trials[place] += requests;
            for (var i = 0; i < requests; i++)
                bad[place] += random.NextDouble() < rate ? 1 : 0;
        }

        return (trials, bad);
    }
}
