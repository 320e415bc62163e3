using System.Net;
using Rerank.Contracts.Routing;
using Rerank.Dialects;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Tiers;

public sealed class TruncationReportTests
{
    private static readonly (string, string) All = (TruncationReports.Header, "all");
    private static readonly string[] Documents = [Texts.Passage(0, small: 4, full: 3), Texts.Passage(1, small: -9, full: 1)];

    [Fact]
    public async Task Answer_FromTheModelAndFromTheCache_SaysTheSame()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Truncates = true;
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Cache, Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        var fresh = await router.SendAsync("/rerank", """{"query":"q","texts":["a full=1","b full=2","a full=1"],"raw_scores":true}""");
        await Rerank.TestKit.Eventually.Passes(
            async () => Assert.Contains("rerank_router_cache_entries 2\n", await router.MetricsAsync(), StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var cached = await router.SendAsync("/rerank", """{"query":"q","texts":["a full=1","b full=2","a full=1"],"raw_scores":true}""");

        Assert.Equal(
            """[{"index":1,"score":2,"truncated":true,"tokens":10,"total_tokens":25},{"index":0,"score":1,"truncated":true,"tokens":10,"total_tokens":25},{"index":2,"score":1,"truncated":true,"tokens":10,"total_tokens":25}]""",
            fresh.Body);
        Assert.Equal(fresh.Body, cached.Body);
        Assert.Equal("cache", cached.Tier);
    }

    [Fact]
    public async Task Answer_OfTwoTiers_SaysWhatTheModelOfTheScoreRead()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Margin(2000, topK: 1));
        pipeline.Full.Truncates = true;

        var cut = await pipeline.Router.TeiAsync("q", [Texts.Passage(0, 4, 3), Texts.Passage(1, 3.5f, 2), Texts.Passage(2, -9, 9)], raw: true);

        Assert.Equal(
            """[{"index":0,"score":3,"truncated":true,"tokens":10,"total_tokens":25},{"index":1,"score":2,"truncated":true,"tokens":10,"total_tokens":25},{"index":2,"score":-9}]""",
            cut.Body);
    }

    [Theory]
    [InlineData("all", """[{"index":0,"score":3,"truncated":false,"tokens":10,"total_tokens":10},{"index":1,"score":1,"truncated":false,"tokens":10,"total_tokens":10}]""")]
    [InlineData("none", """[{"index":0,"score":3},{"index":1,"score":1}]""")]
    public async Task Header_DecidesWhatIsTold(string value, string expected)
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);

        var answer = await pipeline.Router.SendAsync(
            "/rerank", System.Text.Json.JsonSerializer.Serialize(new { query = "q", texts = Documents, raw_scores = true }), (TruncationReports.Header, value));

        Assert.Equal(expected, answer.Body);
    }

    [Fact]
    public async Task Header_WithAnotherValue_IsAnErrorInTheDialect()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);

        var answer = await pipeline.Router.CohereAsync("q", Documents, null, (TruncationReports.Header, "yes"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.EndsWith("\"message\":\"header X-Rerank-Truncation-Report must be \\\"cut\\\", \\\"all\\\" or \\\"none\\\"\"}", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostThatKnowsNoTotals_LeavesThemOut()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        pipeline.Full.IsOld = true;

        var answer = await pipeline.Router.SendAsync("/rerank", """{"query":"q","texts":["a full=1"],"raw_scores":true}""", All);

        Assert.Equal("""[{"index":0,"score":1,"truncated":false,"tokens":10}]""", answer.Body);
    }

    [Fact]
    public async Task AnswerOfNoTier_SaysNothingOfTokens()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Failure = (500, "ModelFailed");
        var policy = new RouterPolicy { FailurePolicy = FailurePolicy.InputOrder };
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)], policy));

        var answer = await router.SendAsync("/rerank", """{"query":"q","texts":["a","b"]}""", All);

        Assert.Equal("""[{"index":0,"score":0},{"index":1,"score":0}]""", answer.Body);
    }
}
