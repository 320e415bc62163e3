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

    /// <summary>A revision that comes back gets a new place in the order, which says nothing of what replaced what.</summary>
    [Fact]
    public void Render_OrderIsAnother_DifferencesAreTheSame()
    {
        var forth = HistoryText.Render(Sample.Pipeline("rolling"), Sample.Revisions(), Sample.Now, Style.Plain);
        var back = HistoryText.Render(Sample.Pipeline("rolling"), [.. Sample.Revisions().Reverse()], Sample.Now, Style.Plain);

        Assert.Equal(forth.Split('\n').Order(), back.Split('\n').Order());
    }

    [Fact]
    public void Render_LaterAttemptIsUnderWay_IsCounted()
    {
        var text = HistoryText.Render(Sample.Pipeline("placing"), Sample.Revisions(), Sample.Now, Style.Plain);

        Assert.Matches("(?m)^f6e5d4c3b2 .* 124m +2 ", text);
    }

    [Fact]
    public void Render_NoRevision_SaysSo() =>
        Assert.Equal("search has no revision yet\n", HistoryText.Render(Sample.Pipeline("steady"), [], Sample.Now, Style.Plain));
}
