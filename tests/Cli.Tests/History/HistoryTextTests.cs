using Rerank.Cli.History;
using Rerank.Cli.Text;
using Rerank.TestKit;

namespace Rerank.Cli.Tests.History;

public sealed class HistoryTextTests
{
    [Fact]
    public void Render_Revisions_IsTheGoldenText() => Golden.Equal(
        Sample.PathOf("rolling", "history.txt"), HistoryText.Render(Sample.Pipeline("rolling"), Sample.Revisions(), Sample.Now, Style.Plain));

    [Fact]
    public void Render_VerdictOnlyInTheStatus_IsShown()
    {
        var text = HistoryText.Render(Sample.Pipeline("rejected"), Sample.Revisions(), Sample.Now, Style.Plain);

        Assert.Contains("Rejected (TopKOverlap)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_NoRevision_SaysSo() =>
        Assert.Equal("search has no revision yet\n", HistoryText.Render(Sample.Pipeline("steady"), [], Sample.Now, Style.Plain));
}
