using Rerank.Operator.Sources.Prometheus;

namespace Rerank.Operator.Tests.Sources.Prometheus;

public sealed class QueryTextTests
{
    [Theory]
    [InlineData(90, "90s")]
    [InlineData(89.2, "90s")]
    [InlineData(0, "1s")]
    [InlineData(-3600, "1s")]
    public void Of_Window_IsAtLeastASecond(double seconds, string expected) => Assert.Equal(
        $"sum(increase(orders{{revision=\"ab12\"}}[{expected}])) / sum(increase(x[{expected}]))",
        QueryText.Of("sum(increase(orders{revision=\"{{revision}}\"}[{{window}}])) / sum(increase(x[{{window}}]))", "ab12", TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Of_NothingToReplace_IsTheQuery() => Assert.Equal("sum(orders)", QueryText.Of("sum(orders)", "ab12", TimeSpan.FromSeconds(5)));
}
