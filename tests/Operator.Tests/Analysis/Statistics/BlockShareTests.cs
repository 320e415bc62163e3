using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Tests.Analysis.Statistics;

public sealed class BlockShareTests
{
    private static readonly double[] Levels = [1e-4, 0.001, 0.005, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97];

    public static TheoryData<double, double, double> Alternatives => new()
    {
        { 0.01, 0.005, 0.02 },
        { 0.01, 0.005, 0.335 },
        { 0.02, 0.3, 0.4 },
        { 0, 0.01, 0.05 },
        { 0, 0.5, 0.82 },
        { 0.3, 1e-6, 0.62 },
    };

    /// <summary>By exact enumeration of every outcome: under every point of the null the expectation is at most 1, whatever the level.</summary>
    [Theory]
    [MemberData(nameof(Alternatives))]
    public void LogHarm_UnderAnyPointOfTheNull_HasAnExpectationOfAtMostOne(double margin, double stable, double candidate)
    {
        foreach (var (ns, nc) in new[] { (1, 1), (2, 7), (9, 3), (12, 12), (1, 15) })
        {
            foreach (var p in Levels)
            {
                foreach (var q in Levels.Append(p + margin).Where(q => q <= p + margin && q < 1))
                    Assert.InRange(Expectation(ns, nc, p, q, counts => BlockShare.LogHarm(counts, margin, stable, candidate)), 0, 1 + 1e-9);
            }
        }
    }

    [Theory]
    [InlineData(0.01, 0.005, 0.0075)]
    [InlineData(0.01, 0.005, 0.0037)]
    [InlineData(0, 0.05, 0.025)]
    [InlineData(0.05, 0.4, 0.41)]
    public void LogSafety_UnderAnyPointOfTheNull_HasAnExpectationOfAtMostOne(double margin, double stable, double candidate)
    {
        foreach (var (ns, nc) in new[] { (1, 1), (2, 7), (9, 3), (12, 12) })
        {
            foreach (var p in Levels)
            {
                foreach (var q in Levels.Append(p + margin).Where(q => q >= p + margin && q < 1))
                    Assert.InRange(Expectation(ns, nc, p, q, counts => BlockShare.LogSafety(counts, margin, stable, candidate)), 0, 1 + 1e-9);
            }
        }
    }

    [Fact]
    public void LogHarm_EmptyArm_SaysNothing()
    {
        Assert.Equal(0, BlockShare.LogHarm(new(0, 0, 10, 10), 0.01, 0.005, 0.1));
        Assert.Equal(0, BlockShare.LogHarm(new(10, 0, 0, 0), 0.01, 0.005, 0.1));
    }

    [Fact]
    public void LogHarm_WorseCandidate_Grows() => Assert.InRange(BlockShare.LogHarm(new(1000, 5, 1000, 60), 0.01, 0.005, 0.055), 10, 100);

    private static double Expectation(int ns, int nc, double p, double q, Func<ShareCounts, double> log)
    {
        var sum = 0.0;
        for (var xs = 0; xs <= ns; xs++)
        {
            for (var xc = 0; xc <= nc; xc++)
                sum += Binomial(ns, xs, p) * Binomial(nc, xc, q) * Math.Exp(log(new(ns, xs, nc, xc)));
        }

        return sum;
    }

    private static double Binomial(int n, int k, double p) =>
        Math.Exp(-LogGamma.Beta(k + 1, n - k + 1) - Math.Log(n + 1) + k * Math.Log(p) + (n - k) * Math.Log(1 - p));
}
