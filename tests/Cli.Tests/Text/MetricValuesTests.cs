using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Tests.Text;

public sealed class MetricValuesTests
{
    [Theory]
    [InlineData("ErrorRate", 0.0152, "+1.52 pp")]
    [InlineData("Prometheus", -0.002, "-0.20 pp")]
    [InlineData("ErrorRate", 0.0, "0.00 pp")]
    [InlineData("LatencyQuantile", 0.012, "+1.20 pp")]
    [InlineData("TopKOverlap", 0.934, "0.934")]
    [InlineData("ScoreShift", 0.1, "0.100")]
    [InlineData("Feedback", 0.02, "+0.020")]
    public void OfComparison_Type_HasItsUnit(string type, double value, string expected) => Assert.Equal(expected, MetricValues.OfComparison(type, value));

    [Theory]
    [InlineData("DegradedShare", 0.0152, "1.52 %")]
    [InlineData("LatencyQuantile", 0.0102, "1.02 %")]
    [InlineData("Feedback", 0.5, "0.500")]
    public void OfRevision_Type_HasItsUnit(string type, double value, string expected) => Assert.Equal(expected, MetricValues.OfRevision(type, value));

    [Fact]
    public void Limit_OfAQuantile_SaysOfWhat()
    {
        MetricReport report = new() { Name = "p95", Type = "LatencyQuantile", Threshold = 0 };

        Assert.Equal("0.00 pp beyond 3 × p95", MetricValues.Limit(report, new() { Name = "p95", MaxRatioPermille = 3000, QuantilePermille = 950 }));
        Assert.Equal("0.00 pp", MetricValues.Limit(report, spec: null));
    }

    [Fact]
    public void Bounds_Absent_AreOpen()
    {
        Assert.Equal("-", MetricValues.Bounds("ErrorRate", null, null, 0.02));
        Assert.Equal("[…, +1.20 pp]", MetricValues.Bounds("LatencyQuantile", null, 0.012, 0));
    }

    [Fact]
    public void Bounds_CloseToTheLimit_ShowOnWhichSideTheyAre()
    {
        Assert.Equal("[0.694, 0.93987]", MetricValues.Bounds("TopKOverlap", 0.694, 0.93987, 0.94));
        Assert.Equal("[-1.00 pp, +1.9987 pp]", MetricValues.Bounds("ErrorRate", -0.01, 0.019987, 0.02));
        Assert.Equal("[-1.00 pp, +2.00 pp]", MetricValues.Bounds("ErrorRate", -0.01, 0.02, 0.02));
    }
}
