using Rerank.Cli.Status;
using Rerank.Cli.Text;
using Rerank.TestKit;

namespace Rerank.Cli.Tests.Status;

public sealed class StatusTextTests
{
    public static TheoryData<string> Cases => ["rolling", "rejected", "tripped", "baking", "waiting", "withheld", "placing", "steady"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Render_Case_IsTheGoldenText(string name) => Golden.Equal(
        Sample.PathOf(name, "status.txt"), StatusText.Render(Sample.Pipeline(name), Sample.Report(name), Sample.Now, Style.Plain));

    [Theory]
    [InlineData("rolling", "stable a1b2c3d4e5 95 %, candidate f6e5d4c3b2 5 % at canary, verdict Undecided (p99), AwaitingApproval: Step canary waits for approval.")]
    [InlineData("steady", "no status yet")]
    public void Summary_Case_IsOneLine(string name, string expected) => Assert.Equal(expected, StatusText.Summary(Sample.Pipeline(name)));

    [Fact]
    public void Render_WithColour_OnlyAddsColours()
    {
        var plain = StatusText.Render(Sample.Pipeline("rolling"), Sample.Report("rolling"), Sample.Now, Style.Plain);
        var coloured = StatusText.Render(Sample.Pipeline("rolling"), Sample.Report("rolling"), Sample.Now, new(UsesColour: true));

        Assert.Contains("\e[", coloured, StringComparison.Ordinal);
        Assert.Equal(plain, System.Text.RegularExpressions.Regex.Replace(coloured, "\e\\[[0-9]+m", ""));
    }
}
