using System.Net;
using System.Text.Json;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Tiers;

public sealed class TieredFlowTests
{
    private static readonly string[] Clear =
    [
        Texts.Passage(0, small: -4, full: 3), Texts.Passage(1, small: 6, full: 1), Texts.Passage(2, small: 5, full: 2), Texts.Passage(3, small: -6, full: 4),
    ];

    private static readonly string[] Close =
    [
        Texts.Passage(0, small: 4.5f, full: 3), Texts.Passage(1, small: 6, full: 1), Texts.Passage(2, small: 5, full: 2), Texts.Passage(3, small: -6, full: 4),
    ];

    [Fact]
    public async Task Rerank_OneTier_OrdersByLogitInBothDialects()
    {
        await using var full = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        var cohere = await router.CohereAsync("q", Clear, topN: 2);
        var tei = await router.TeiAsync("q", Clear, raw: true);

        Assert.Equal([3, 0], cohere.Order());
        Assert.Equal([(3, 4f), (0, 3f), (2, 2f), (1, 1f)], tei.Results());
        Assert.Equal(40, JsonDocument.Parse(cohere.Body).RootElement.GetProperty("meta").GetProperty("tokens").GetProperty("input_tokens").GetInt32());
        Assert.Equal("full", cohere.Tier);
    }

    [Fact]
    public async Task Rerank_ClearGap_SmallModelDecidesAlone()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Margin(2000, topK: 2));

        var answer = await pipeline.Router.CohereAsync("q", Clear);

        Assert.Equal([1, 2, 0, 3], answer.Order());
        Assert.Equal("small", answer.Tier);
        Assert.Empty(pipeline.Full.Requests);
    }

    [Fact]
    public async Task Rerank_CloseCall_OnlyCloseDocumentsGoOnAndComeFirst()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Margin(2000, topK: 2));

        var answer = await pipeline.Router.CohereAsync("q", Close);

        Assert.Equal([0, 2, 1, 3], answer.Order());
        Assert.Equal("full", answer.Tier);
        Assert.Equal([Close[0], Close[1], Close[2]], pipeline.Full.Requests.Single().Passages);
        var metrics = await pipeline.Router.MetricsAsync();
        Assert.Contains("rerank_router_escalated_pairs_total 3", metrics, StringComparison.Ordinal);
        Assert.Contains("rerank_router_requests_escalated_total 1", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerank_SameRequestAgain_AsksNobody()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Margin(2000, topK: 2));

        var first = await pipeline.Router.CohereAsync("q", Close);
        await pipeline.CacheFilledAsync(7);
        var second = await pipeline.Router.CohereAsync("q", Close);

        Assert.Equal(first.Results(), second.Results());
        Assert.Equal("cache", second.Tier);
        Assert.Equal(("full-model", "70", "0"), (first.Header("X-Rerank-Model"), first.Header("X-Rerank-Computed-Tokens"), second.Header("X-Rerank-Computed-Tokens")));
        Assert.Single(pipeline.Small.Requests);
        Assert.Single(pipeline.Full.Requests);
    }

    [Fact]
    public async Task Rerank_HostsComputeWithSomethingElse_CachedScoresOfBeforeAreNotGiven()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        var added = Texts.Passage(9, small: 1, full: 2.5f);

        // The first answer of a host tells how it computes: until then nothing of it is cached that could be found.
        pipeline.Full.ScoredBy = "CUDA";
        await pipeline.Router.CohereAsync("q", Close);
        await pipeline.CacheFilledAsync(8);
        Assert.Equal("cache", (await pipeline.Router.CohereAsync("q", Close)).Tier);

        pipeline.Full.ScoredBy = "CPU";
        await pipeline.Router.CohereAsync("q", [added]);
        await pipeline.CacheFilledAsync(10);
        var answer = await pipeline.Router.CohereAsync("q", Close);

        Assert.Equal("full", answer.Tier);
        Assert.Equal([4, 1, 4], pipeline.Full.Requests.Select(request => request.Passages.Count));
        await pipeline.CacheFilledAsync(14);
        Assert.Equal("cache", (await pipeline.Router.CohereAsync("q", [.. Close, added])).Tier);

        // Both are still there, each for hosts that compute in this way.
        pipeline.Full.ScoredBy = "CUDA";
        await pipeline.Router.CohereAsync("q", [Texts.Passage(10, small: 1, full: 2)]);
        await pipeline.CacheFilledAsync(16);
        Assert.Equal("cache", (await pipeline.Router.CohereAsync("q", Close)).Tier);
    }

    [Fact]
    public async Task Rerank_EveryFullScoreIsCached_AnswersFromThem()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);

        await pipeline.Router.CohereAsync("q", Close);
        await pipeline.CacheFilledAsync(8);
        var answer = await pipeline.Router.CohereAsync("q", [Close[3], Close[1]]);

        Assert.Equal([0, 1], answer.Order());
        Assert.Equal("cache", answer.Tier);
        Assert.Equal(4, pipeline.Full.PassagesScored);
    }

    [Fact]
    public async Task Rerank_Cached_SaysWhatTheRequestIsAndWhatWasComputed()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        var body = JsonSerializer.Serialize(new { model = "m", query = "q", documents = Close });
        var computed = await pipeline.Router.SendAsync("/v1/rerank", body);
        await pipeline.CacheFilledAsync(8);

        var cached = await pipeline.Router.SendAsync("/v1/rerank", body);

        Assert.Contains("\"usage\":{\"prompt_tokens\":40,\"total_tokens\":40}", computed.Body, StringComparison.Ordinal);
        Assert.Contains("\"usage\":{\"prompt_tokens\":40,\"total_tokens\":40,\"prompt_tokens_details\":{\"cached_tokens\":40}}", cached.Body, StringComparison.Ordinal);
        Assert.Equal(("80", "0"), (computed.Header("X-Rerank-Computed-Tokens"), cached.Header("X-Rerank-Computed-Tokens")));
    }

    [Fact]
    public async Task Rerank_SomePairsAreNew_AsksForThoseOnly()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        var added = Texts.Passage(9, small: 1, full: 2.5f);

        await pipeline.Router.CohereAsync("q", Close);
        await pipeline.CacheFilledAsync(8);
        var answer = await pipeline.Router.CohereAsync("q", [.. Close, added]);

        Assert.Equal([3, 0, 4, 2, 1], answer.Order());
        Assert.Equal([added], pipeline.Small.Requests.Last().Passages);
        Assert.Equal([added], pipeline.Full.Requests.Last().Passages);
        Assert.Equal("full", answer.Tier);
    }

    [Fact]
    public async Task Rerank_PassageTwiceInARequest_IsScoredOnce()
    {
        await using var full = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        var answer = await router.CohereAsync("q", [Clear[1], Clear[0], Clear[1]]);

        Assert.Equal([1, 0, 2], answer.Order());
        Assert.Equal(2, full.PassagesScored);
    }

    [Fact]
    public async Task Rerank_SamePairsInFlight_AreScoredOnce()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        pipeline.Full.Gate = new TaskCompletionSource();

        var first = pipeline.Router.CohereAsync("q", Close);
        await Eventually.True(() => pipeline.Full.Requests.Count == 1, TestContext.Current.CancellationToken);
        var second = pipeline.Router.CohereAsync("q", Close);
        await Eventually.True(() => pipeline.Small.Requests.Count == 2, TestContext.Current.CancellationToken);
        pipeline.Full.Gate.SetResult();

        Assert.Equal((await first).Results(), (await second).Results());
        Assert.Single(pipeline.Full.Requests);
    }

    [Fact]
    public async Task Rerank_RequestThatCanWait_KeepsNobodyWaiting()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        pipeline.Full.Gate = new TaskCompletionSource();

        var patient = pipeline.Router.SendAsync(
            "/v2/rerank", JsonSerializer.Serialize(new { model = "m", query = "q", documents = Close, priority = 7 }));
        await Eventually.True(() => pipeline.Full.Requests.Count == 1, TestContext.Current.CancellationToken);
        var urgent = pipeline.Router.CohereAsync("q", Close);
        await Eventually.True(() => pipeline.Full.Requests.Count == 2, TestContext.Current.CancellationToken);
        pipeline.Full.Gate.SetResult();

        Assert.Equal((await patient).Results(), (await urgent).Results());
        Assert.Equal([7, null], pipeline.Full.Requests.Select(request => request.Priority));
    }

    [Fact]
    public async Task Rerank_InFlightRequestFails_TheOtherAsksItself()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        pipeline.Full.Gate = new TaskCompletionSource();

        var first = pipeline.Router.CohereAsync("q", Close, null, ("X-Rerank-Timeout-Milliseconds", "300"));
        await Eventually.True(() => pipeline.Full.Requests.Count == 1, TestContext.Current.CancellationToken);
        var second = pipeline.Router.CohereAsync("q", Close);
        Assert.Equal("true", (await first).Header("X-Rerank-Degraded"));
        await Eventually.True(() => pipeline.Full.Requests.Count == 2, TestContext.Current.CancellationToken);
        pipeline.Full.Gate.SetResult();

        (await second).HasOrder(3, 0, 2, 1);
        Assert.Equal("full", (await second).Tier);
    }

    [Fact]
    public async Task Rerank_HostOfTheRequestInFlightHangs_AnotherHostIsAskedInTime()
    {
        await using var hanging = await StubHost.StartAsync("full");
        await using var good = await StubHost.StartAsync("full");
        hanging.Gate = new TaskCompletionSource();
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Cache, Tables.Model("full")], [Tables.Cluster("full", hanging.Address, good.Address)]));
        var stuck = new List<Task<Answer>>();
        for (var i = 0; hanging.Requests.IsEmpty; i++)
        {
            stuck.Add(router.CohereAsync($"q{i}", Clear));
            await Eventually.True(() => stuck[^1].IsCompleted || !hanging.Requests.IsEmpty, TestContext.Current.CancellationToken);
        }

        var joined = await router.CohereAsync(hanging.Requests.Single().Query, Clear, null, ("X-Rerank-Timeout-Milliseconds", "3000"));

        Assert.Equal(HttpStatusCode.OK, joined.Status);
        joined.HasOrder(3, 0, 2, 1);
        hanging.Gate.SetResult();
        await Task.WhenAll(stuck);
    }

    [Fact]
    public async Task Rerank_TextIsCutAgainAndAgain_ItIsScoredOnce()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Truncates = true;
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Cache, Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await router.TeiAsync("q", Clear, truncate: false)).Status);

        Assert.Single(full.Requests);
    }

    [Fact]
    public async Task Rerank_ThreeTiers_TheRuleAppliesTierByTier()
    {
        await using var small = await StubHost.StartAsync("small");
        await using var middle = await StubHost.StartAsync("middle");
        await using var full = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(Tables.Table(
            [Tables.Model("small", Tables.Margin(1500, 1)), Tables.Model("middle", Tables.Margin(1500, 1)), Tables.Model("full")],
            [Tables.Cluster("small", small.Address), Tables.Cluster("middle", middle.Address), Tables.Cluster("full", full.Address)]));
        string[] documents =
        [
            "a small=5 middle=2 full=1", "b small=4.5 middle=1 full=2", "c small=4 middle=-1 full=9", "d small=0 middle=9 full=9",
        ];

        var answer = await router.CohereAsync("q", documents);

        Assert.Equal([1, 0, 2, 3], answer.Order());
        Assert.Equal(3, middle.PassagesScored);
        Assert.Equal(2, full.PassagesScored);
    }

    [Fact]
    public async Task Rerank_TextIsCutButMustNotBe_IsAnError()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Truncates = true;
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        var refused = await router.TeiAsync("q", Clear, truncate: false);
        var allowed = await router.TeiAsync("q", Clear);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("document 0 and the query have 25 tokens, of which the model can be given 10", refused.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, allowed.Status);
    }
}
