using System.Text.Json.Nodes;
using Rerank.Cli.Diff;
using Rerank.Cli.Text;
using Rerank.TestKit;

namespace Rerank.Cli.Tests.Diff;

public sealed class RevisionDiffTests
{
    [Fact]
    public void Render_StableAndCandidate_IsTheGoldenText()
    {
        var revisions = Sample.Revisions().ToDictionary(revision => revision.Name);

        Golden.Equal(Sample.PathOf("rolling", "diff.txt"), DiffText.Render(revisions["a1b2c3d4e5"], revisions["f6e5d4c3b2"], Style.Plain));
    }

    [Fact]
    public void Render_SameContent_SaysSo()
    {
        var revision = Sample.Revisions()[0];

        Assert.EndsWith("no difference\n", DiffText.Render(revision, revision, Style.Plain), StringComparison.Ordinal);
    }

    [Fact]
    public void Summary_AnotherModel_NamesItBeforeWhatIsInIt() => Assert.Equal(
        "full: model.name base → better, and 1 more",
        DiffText.Summary([new("full: model.contract.modelFile", "model.onnx", "model.int8.onnx"), new("full: model.name", "base", "better")]));

    [Fact]
    public void Between_TierAddedAndOrderChanged_NamesTheTier()
    {
        var before = Parse("""{"tiers":[{"name":"a","cache":{"ttlSeconds":1}},{"name":"b","model":{"placement":"Pool"}}]}""");
        var after = Parse("""{"tiers":[{"name":"b","model":{"placement":"Pool"}},{"name":"a","cache":{"ttlSeconds":1}},{"name":"c","cache":{"ttlSeconds":2}}]}""");

        Assert.Equal(
            [new("tiers", "a, b", "b, a, c"), new("c: cache.ttlSeconds", null, "2")],
            RevisionDiff.Between(before, after));
    }

    [Theory]
    [InlineData("""["CPU"]""", """["CUDA","CPU"]""", """["CPU"]""", """["CUDA","CPU"]""")]
    [InlineData("1", "\"1\"", "1", "1")]
    [InlineData("null", "true", "null", "true")]
    public void Between_Values_AreShownAsTheyAre(string before, string after, string expectedBefore, string expectedAfter)
    {
        var differences = RevisionDiff.Between(Parse($$"""{"x":{{before}}}"""), Parse($$"""{"x":{{after}}}"""));

        Assert.Equal(expectedBefore == expectedAfter ? [] : [new("x", expectedBefore, expectedAfter)], differences);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
