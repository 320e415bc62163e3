using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Tests.Analysis.Statistics;

public sealed class LogGammaTests
{
    [Fact]
    public void Of_Integers_IsFactorial()
    {
        var logFactorial = 0.0;
        for (var n = 1; n < 2000; n++)
        {
            Assert.Equal(logFactorial, LogGamma.Of(n), 1e-14 * Math.Max(1, n * Math.Log(n)));
            logFactorial += Math.Log(n);
        }
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(7.25)]
    [InlineData(14.9)]
    [InlineData(1234.5)]
    [InlineData(1e7)]
    public void Of_AnyArgument_FollowsLegendresDuplication(double x)
    {
        var doubled = LogGamma.Of(x) + LogGamma.Of(x + 0.5) - (1 - 2 * x) * Math.Log(2) - 0.5 * Math.Log(Math.PI);

        Assert.Equal(LogGamma.Of(2 * x), doubled, 1e-14 * Math.Max(1, Math.Abs(doubled)));
    }

    [Fact]
    public void Of_Half_IsRootOfPi() => Assert.Equal(0.5 * Math.Log(Math.PI), LogGamma.Of(0.5), 1e-14);

    [Fact]
    public void Beta_KnownValues_AreExact()
    {
        Assert.Equal(Math.Log(Math.PI), LogGamma.Beta(0.5, 0.5), 1e-14);
        Assert.Equal(Math.Log(1 / 60.0), LogGamma.Beta(3, 4), 1e-14);
    }
}
