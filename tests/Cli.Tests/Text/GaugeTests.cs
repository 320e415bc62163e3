using FsCheck;
using FsCheck.Fluent;
using Rerank.Cli.Text;

namespace Rerank.Cli.Tests.Text;

public sealed class GaugeTests
{
    [Fact]
    public void Draw_EstimateBetweenBoundsBelowLimit_ShowsThemInOrder() =>
        Assert.Equal("·──────●───────┃·", Gauge.Draw(-0.4, 0, 0.5, 0.6, 17));

    [Fact]
    public void Draw_OpenBounds_ReachTheEdges()
    {
        Assert.StartsWith("──", Gauge.Draw(null, 1, 2, 3, 20), StringComparison.Ordinal);
        Assert.EndsWith("●─", Gauge.Draw(1, 2, null, 0, 20), StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_Nothing_IsEmpty() => Assert.Equal("·····", Gauge.Draw(null, null, null, null, 5));

    [Fact]
    public void Draw_AnyNumbers_HasItsWidthAndItsMarks()
    {
        Check.QuickThrowOnFailure(Prop.ForAll<int[]>(numbers =>
        {
            double[] marks = [.. numbers.Concat([0, 0, 0, 0]).Take(4).Select(number => number / 100.0)];
            Array.Sort(marks, 0, 3);
            var drawn = Gauge.Draw(marks[0], marks[1], marks[2], marks[3], 24);
            return drawn.Length == 24 && drawn.Count(sign => sign == '●') == 1 && drawn.Count(sign => sign == '┃') <= 1;
        }));
    }
}
