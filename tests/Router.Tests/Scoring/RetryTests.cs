using System.Net;
using System.Net.Sockets;
using Rerank.Contracts.Scoring;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Scoring;

public sealed class RetryTests
{
    private static readonly string[] Documents = ["a full=1", "b full=2"];

    [Theory]
    [InlineData(503, ScoreErrorCode.ModelNotReady)]
    [InlineData(404, ScoreErrorCode.ModelNotFound)]
    [InlineData(429, ScoreErrorCode.Overloaded)]
    public async Task Rerank_OneHostRefuses_AnotherAnswers(int status, string code)
    {
        await using var bad = await StubHost.StartAsync("full");
        await using var good = await StubHost.StartAsync("full");
        bad.Failure = (status, code);
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", bad.Address, good.Address)]));

        for (var i = 0; i < 20; i++)
            (await router.CohereAsync("q", Documents)).HasOrder(1, 0);

        Assert.Equal(20, good.Requests.Count);
        Assert.Equal(2, (await router.StatusAsync()).Clusters.Single().AvailableDestinations);
    }

    [Fact]
    public async Task Rerank_OneHostIsGone_AnotherAnswersAndTheFirstIsRested()
    {
        await using var good = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", $"http://127.0.0.1:{UnusedPort()}", good.Address)]));

        for (var i = 0; i < 40; i++)
            (await router.CohereAsync("q", Documents)).HasOrder(1, 0);

        await Eventually.Passes(
            async () => Assert.Equal(1, (await router.StatusAsync()).Clusters.Single().AvailableDestinations), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Rerank_HostFailsAgainAndAgain_IsRested()
    {
        await using var bad = await StubHost.StartAsync("full");
        await using var good = await StubHost.StartAsync("full");
        bad.Failure = (500, ScoreErrorCode.ModelFailed);
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", bad.Address, good.Address)]));

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 60; i++)
            statuses.Add((await router.CohereAsync("q", Documents)).Status);

        Assert.Contains(HttpStatusCode.InternalServerError, statuses);
        await Eventually.Passes(
            async () => Assert.Equal(1, (await router.StatusAsync()).Clusters.Single().AvailableDestinations), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, (await router.CohereAsync("q", Documents)).Status);
        Assert.Equal(statuses.Count(status => status != HttpStatusCode.OK), (await router.StatusAsync()).Errors);
    }

    [Fact]
    public async Task Rerank_RestIsOver_HostIsAskedAgain()
    {
        await using var bad = await StubHost.StartAsync("full");
        await using var good = await StubHost.StartAsync("full");
        bad.Failure = (500, ScoreErrorCode.ModelFailed);
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", bad.Address, good.Address)]),
            options => options with { ReactivationPeriod = TimeSpan.FromMilliseconds(300) });
        await Eventually.Passes(
            async () =>
            {
                await router.CohereAsync("q", Documents);
                Assert.Equal(1, (await router.StatusAsync()).Clusters.Single().AvailableDestinations);
            },
            TestContext.Current.CancellationToken);

        bad.Failure = null;
        var before = bad.Requests.Count;

        await Eventually.True(
            async () =>
            {
                await router.CohereAsync("q", Documents);
                return bad.Requests.Count > before;
            },
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Rerank_AllHostsAreBusy_CallerIsToldWhenToComeBack()
    {
        await using var one = await StubHost.StartAsync("full");
        await using var other = await StubHost.StartAsync("full");
        one.Failure = (429, ScoreErrorCode.Overloaded);
        other.Failure = (503, ScoreErrorCode.ModelNotReady);
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", one.Address, other.Address)]));

        var answer = await router.TeiAsync("q", Documents);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.Equal("7", answer.Header("Retry-After"));
        Assert.Contains("\"error_type\":\"Overloaded\"", answer.Body, StringComparison.Ordinal);
        Assert.Single(one.Requests);
        Assert.Single(other.Requests);
    }

    [Fact]
    public async Task Rerank_OneHostIsBusy_LoadGoesToTheOther()
    {
        await using var slow = await StubHost.StartAsync("full");
        await using var fast = await StubHost.StartAsync("full");
        slow.Gate = new TaskCompletionSource();
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", slow.Address, fast.Address)]));

        // Two choices of two hosts: as soon as one hangs on the slow host, the fast one has fewer.
        var calls = new List<Task<Answer>>();
        await Eventually.True(
            () =>
            {
                calls.Add(router.CohereAsync("q", Documents));
                return !slow.Requests.IsEmpty;
            },
            TestContext.Current.CancellationToken);
        await Eventually.True(() => calls.Count(call => !call.IsCompleted) == slow.Requests.Count, TestContext.Current.CancellationToken);
        var stuck = slow.Requests.Count;
        for (var i = 0; i < 20; i++)
            await router.CohereAsync("q", Documents);

        Assert.Equal(stuck, slow.Requests.Count);
        slow.Gate.SetResult();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Rerank_HostRefusesTheRequest_CallerLearnsWhy()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Failure = (400, ScoreErrorCode.InvalidRequest);
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        var answer = await router.CohereAsync("q", Documents);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("stub says InvalidRequest", answer.Body, StringComparison.Ordinal);
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
