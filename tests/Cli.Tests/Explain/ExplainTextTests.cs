using Rerank.Cli.Explain;
using Rerank.Cli.Text;
using Rerank.TestKit;

namespace Rerank.Cli.Tests.Explain;

public sealed class ExplainTextTests
{
    [Theory]
    [InlineData("rolling", "f6e5d4c3b2")]
    [InlineData("rejected", "f6e5d4c3b2")]
    [InlineData("baking", "f6e5d4c3b2")]
    [InlineData("placing", "f6e5d4c3b2")]
    public void Render_Case_IsTheGoldenText(string name, string revision)
    {
        var stored = Sample.Revisions().First(known => known.Name == revision);

        Golden.Equal(
            Sample.PathOf(name, "explain.txt"),
            ExplainText.Render(new(Sample.Pipeline(name), revision, Sample.Report(name), stored), Sample.Now, Style.Plain));
    }

    [Fact]
    public void Render_RevisionThatOnlyHistoryKnows_GivesItsVerdict()
    {
        var stored = Sample.Revisions().First(known => known.Name == "cccccccccc");

        var text = ExplainText.Render(new(Sample.Pipeline("rolling"), stored.Name, null, stored), Sample.Now, Style.Plain);

        Assert.Contains("Rejected 40h ago: ErrorRate: errors +3 pp", text, StringComparison.Ordinal);
        Assert.Contains("No report is kept", text, StringComparison.Ordinal);
    }
}
