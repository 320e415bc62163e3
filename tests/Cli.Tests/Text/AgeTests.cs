using Rerank.Cli.Text;

namespace Rerank.Cli.Tests.Text;

public sealed class AgeTests
{
    // As kubectl shows them.
    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(125, "2m5s")]
    [InlineData(599, "9m59s")]
    [InlineData(600, "10m")]
    [InlineData((3 * 3600) - 1, "179m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData((3 * 3600) + 60, "3h1m")]
    [InlineData(8 * 3600, "8h")]
    [InlineData((48 * 3600) - 1, "47h")]
    [InlineData(48 * 3600, "2d")]
    [InlineData(49 * 3600, "2d1h")]
    [InlineData(8 * 86_400, "8d")]
    [InlineData(729 * 86_400, "729d")]
    [InlineData(731 * 86_400, "2y1d")]
    [InlineData(9 * 365 * 86_400, "9y")]
    public void Of_Span_IsKubectls(long seconds, string expected) => Assert.Equal(expected, Age.Of(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Since_NoTime_IsUnknown() => Assert.Equal("<unknown>", Age.Since(null, Sample.Now));
}
