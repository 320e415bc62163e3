using Rerank.Operator.Revisions;
using Rerank.TestKit;

namespace Rerank.Operator.Tests.Revisions;

public sealed class LifecycleTests
{
    private const string Document = "docs/rollouts.md";
    private const string Begin = "<!-- states: made from Lifecycle.cs -->\n";
    private const string End = "<!-- end of states -->\n";

    [Fact]
    public void States_AreAllOfThem() => Assert.Equal(Enum.GetValues<RevisionState>(), Lifecycle.States.Select(s => s.State));

    [Fact]
    public void Transitions_EveryOneOnce_AndEveryStateIsReachedAndLeft()
    {
        Assert.Distinct(Lifecycle.Transitions.Select(t => (t.From, t.To)));
        Assert.Equal(Enum.GetValues<RevisionState>(), Lifecycle.Transitions.Select(t => t.To).Distinct().Order());
        Assert.Equal(Enum.GetValues<RevisionState>(), Lifecycle.Transitions.Select(t => t.From).Distinct().Order());
    }

    [Fact]
    public void Document_HasTheTables()
    {
        var text = File.ReadAllText(Repository.File(Document)).ReplaceLineEndings("\n");
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, $"{Document} has no place for the tables of states");

        Golden.Equal(Document, $"{text[..(begin + Begin.Length)]}\n{Lifecycle.ToMarkdown()}\n{text[end..]}");
    }
}
