using System.Net;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Tiers;

public sealed class FailurePolicyTests
{
    private static readonly string[] Documents = [Texts.Passage(0, small: 1, full: 3), Texts.Passage(1, small: 2, full: 1)];

    [Fact]
    public async Task Rerank_FullTierIsDown_SmallModelsOrderIsServedAndMarked()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        pipeline.Full.Failure = (503, ScoreErrorCode.ModelNotReady);

        var degraded = await pipeline.Router.CohereAsync("q", Documents);
        pipeline.Full.Failure = null;
        var whole = await pipeline.Router.CohereAsync("q", Documents);

        Assert.Equal([1, 0], degraded.Order());
        Assert.Equal("small", degraded.Tier);
        Assert.Equal("true", degraded.Header("X-Rerank-Degraded"));
        Assert.Equal([0, 1], whole.Order());
        Assert.Null(whole.Header("X-Rerank-Degraded"));

        // The small model's scores are as right as ever.
        Assert.Single(pipeline.Small.Requests);
        Assert.Contains("rerank_router_degraded_total{reason=\"unavailable\"} 1", await pipeline.Router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerank_SmallTierIsDown_FullModelScoresEverything()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Margin(100, 1));
        pipeline.Small.Failure = (500, ScoreErrorCode.ModelFailed);

        var answer = await pipeline.Router.CohereAsync("q", Documents);

        Assert.Equal([0, 1], answer.Order());
        Assert.Equal("full", answer.Tier);
        Assert.Null(answer.Header("X-Rerank-Degraded"));
    }

    [Fact]
    public async Task Rerank_SmallTierIsOverloaded_FullModelGetsWhatItUsuallyGets()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Margin(100, topK: 5));
        pipeline.Small.Failure = (429, ScoreErrorCode.Overloaded);
        string[] documents = [.. Enumerable.Range(0, 50).Select(i => Texts.Passage(i, small: 1, full: i))];

        var answer = await pipeline.Router.CohereAsync("q", documents);

        Assert.Equal(10, pipeline.Full.PassagesScored);
        Assert.Equal("full", answer.Tier);
        Assert.Equal("true", answer.Header("X-Rerank-Degraded"));
        Assert.Equal([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, .. Enumerable.Range(10, 40)], answer.Order());
        Assert.Contains("rerank_router_degraded_total{reason=\"overloaded\"} 1", await pipeline.Router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerank_SmallTierIsOverloadedAndAllPlacesMatter_FullModelScoresEverything()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Margin(100, topK: 5));
        pipeline.Small.Failure = (429, ScoreErrorCode.Overloaded);

        var answer = await pipeline.Router.CohereAsync("q", Documents, topN: int.MaxValue);

        Assert.Equal([0, 1], answer.Order());
    }

    [Fact]
    public async Task Rerank_SmallTierIsOverloadedAndPolicyIsFail_ShedsTheRequest()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Margin(100, topK: 5), new RouterPolicy { FailurePolicy = FailurePolicy.Fail });
        pipeline.Small.Failure = (429, ScoreErrorCode.Overloaded);

        var answer = await pipeline.Router.CohereAsync("q", Enumerable.Range(0, 50).Select(i => Texts.Passage(i, small: 1, full: i)));

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.Equal("7", answer.Header("Retry-After"));
        Assert.Empty(pipeline.Full.Requests);
    }

    [Fact]
    public async Task Rerank_SmallTierIsOverloadedAndTheRequestIsSmall_FullModelScoresEverything()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Margin(100, topK: 5));
        pipeline.Small.Failure = (429, ScoreErrorCode.Overloaded);

        var answer = await pipeline.Router.CohereAsync("q", Documents);

        Assert.Equal([0, 1], answer.Order());
        Assert.Null(answer.Header("X-Rerank-Degraded"));
    }

    [Fact]
    public async Task Rerank_SmallTierHangsForLong_CostsTheNextRequestsNothing()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always, new RouterPolicy { RequestTimeoutMilliseconds = 600 });
        pipeline.Small.Gate = new TaskCompletionSource();
        for (var i = 0; i < 3; i++)
            Assert.Equal("full", (await pipeline.Router.CohereAsync($"q{i}", Documents)).Tier);

        var next = await pipeline.Router.CohereAsync("another", Documents);

        Assert.Equal("full", next.Tier);
        Assert.Equal(3, pipeline.Small.Requests.Count);
    }

    [Fact]
    public async Task Rerank_InputOrderAndSomeScoresAreCached_IsTheOrderOfTheRequest()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always, new RouterPolicy { FailurePolicy = FailurePolicy.InputOrder });
        string[] documents = ["a small=1 full=-3", "b small=1 full=2", "c small=1 full=1"];
        await pipeline.Router.CohereAsync("q", documents[..2]);
        await pipeline.CacheFilledAsync(4);
        pipeline.Small.Failure = pipeline.Full.Failure = (503, ScoreErrorCode.ModelNotReady);

        var answer = await pipeline.Router.TeiAsync("q", documents);

        Assert.Equal([(0, 0f), (1, 0f), (2, 0f)], answer.Results());
        Assert.Equal("none", answer.Tier);
    }

    [Fact]
    public async Task Rerank_PoolHasNoPodsYet_IsATierThatCannotAnswer()
    {
        await using var small = await StubHost.StartAsync("small");
        await using var router = await RunningRouter.StartAsync(Tables.Table(
            [Tables.Model("small", Tables.Always), Tables.Model("full")], [Tables.Cluster("small", small.Address), Tables.Cluster("full")]));

        var answer = await router.CohereAsync("q", Documents);

        Assert.Equal("small", answer.Tier);
        Assert.Equal("true", answer.Header("X-Rerank-Degraded"));
    }

    [Fact]
    public async Task Rerank_PolicyFail_IsAnError()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always, new RouterPolicy { FailurePolicy = FailurePolicy.Fail });
        pipeline.Full.Failure = (503, ScoreErrorCode.ModelNotReady);

        var answer = await pipeline.Router.CohereAsync("q", Documents);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("1", answer.Header("Retry-After"));
        Assert.Contains("\"message\":", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailurePolicy.ServeLowerTier, HttpStatusCode.ServiceUnavailable)]
    [InlineData(FailurePolicy.InputOrder, HttpStatusCode.OK)]
    public async Task Rerank_NoTierAnswers_OnlyInputOrderServes(FailurePolicy policy, HttpStatusCode status)
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always, new RouterPolicy { FailurePolicy = policy });
        pipeline.Small.Failure = (503, ScoreErrorCode.ModelNotReady);
        pipeline.Full.Failure = (503, ScoreErrorCode.ModelNotReady);

        var answer = await pipeline.Router.TeiAsync("q", Documents);

        Assert.Equal(status, answer.Status);
        if (status == HttpStatusCode.OK)
        {
            Assert.Equal([(0, 0f), (1, 0f)], answer.Results());
            Assert.Equal("none", answer.Tier);
            Assert.Equal("true", answer.Header("X-Rerank-Degraded"));
        }
    }

    [Fact]
    public async Task Rerank_FullTierHangs_DegradedAnswerComesBeforeTheCallersDeadline()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        pipeline.Full.Gate = new TaskCompletionSource();

        var answer = await pipeline.Router.CohereAsync("q", Documents, null, ("X-Rerank-Timeout-Milliseconds", "400"));

        Assert.Equal("small", answer.Tier);
        Assert.Equal("true", answer.Header("X-Rerank-Degraded"));
        Assert.InRange(int.Parse(pipeline.Small.TimeoutHeaders.Single()!, null), 1, 200);
        Assert.InRange(int.Parse(pipeline.Full.TimeoutHeaders.Single()!, null), 1, 400);
        Assert.Contains("rerank_router_degraded_total{reason=\"deadline\"} 1", await pipeline.Router.MetricsAsync(), StringComparison.Ordinal);
        await Eventually.True(() => pipeline.Full.Cancelled == 1, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Rerank_SmallTierHangs_TimeIsLeftForTheFullModel()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        pipeline.Small.Gate = new TaskCompletionSource();

        var answer = await pipeline.Router.CohereAsync("q", Documents, null, ("X-Rerank-Timeout-Milliseconds", "2000"));

        Assert.Equal("full", answer.Tier);
        Assert.Equal([0, 1], answer.Order());
    }

    [Fact]
    public async Task Rerank_EverythingHangs_IsATimeout()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always, new RouterPolicy { RequestTimeoutMilliseconds = 300 });
        pipeline.Small.Gate = new TaskCompletionSource();
        pipeline.Full.Gate = new TaskCompletionSource();

        var answer = await pipeline.Router.CohereAsync("q", Documents);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
    }

    [Fact]
    public async Task Rerank_CallerHangsUp_HostsCallIsCancelled()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        pipeline.Full.Gate = new TaskCompletionSource();
        using var hangUp = new CancellationTokenSource();
        using var content = new StringContent("{\"query\":\"q\",\"texts\":[\"x small=1 full=1\"]}");

        var call = pipeline.Router.Main.PostAsync("/rerank", content, hangUp.Token);
        await Eventually.True(() => pipeline.Full.Requests.Count == 1, TestContext.Current.CancellationToken);
        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.True(() => pipeline.Full.Cancelled == 1, TestContext.Current.CancellationToken);
        await Eventually.Passes(
            async () => Assert.Contains("rerank_router_requests_total{dialect=\"tei\",code=\"499\"} 1", await pipeline.Router.MetricsAsync(), StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
    }
}
