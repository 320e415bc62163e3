using Rerank.Cli.Text;

namespace Rerank.Cli.Tests.Text;

public sealed class SparklineTests
{
    [Fact]
    public void Draw_Rise_IsAStair() => Assert.Equal("▁▃▅▇█", Sparkline.Draw([0, 1, 2, 3, 4], 40));

    [Fact]
    public void Draw_Gap_IsABlank() => Assert.Equal("▁ █", Sparkline.Draw([0, null, 4], 40));

    [Fact]
    public void Draw_OneLevel_IsInTheMiddle() => Assert.Equal("▅▅", Sparkline.Draw([7, 7], 40));

    [Fact]
    public void Draw_MoreThanFits_KeepsTheLatest() => Assert.Equal("▁█", Sparkline.Draw([9, 0, 0, 5], 2));

    [Fact]
    public void Draw_Nothing_IsNothing() => Assert.Equal("", Sparkline.Draw([null], 40));
}
