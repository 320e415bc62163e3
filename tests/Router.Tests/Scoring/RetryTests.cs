using System.Net;
using Rerank.Contracts.Routing;
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
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", $"http://127.0.0.1:{Ports.Free()}", good.Address)]));

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

        // Nobody notices: another host is asked.
        for (var i = 0; i < 60; i++)
            (await router.CohereAsync("q", Documents)).HasOrder(1, 0);

        await Eventually.Passes(
            async () => Assert.Equal(1, (await router.StatusAsync()).Clusters.Single().AvailableDestinations), TestContext.Current.CancellationToken);
        Assert.Equal(3, bad.Requests.Count);
        Assert.Equal(0, (await router.StatusAsync()).Errors);
    }

    [Fact]
    public async Task Rerank_AllHostsAreBroken_TwoAreAsked()
    {
        var hosts = await StartAsync(5, host => host.Failure = (500, ScoreErrorCode.ModelFailed));
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", [.. hosts.Select(host => host.Address)])]));

        var answer = await router.CohereAsync("q", Documents);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal(2, hosts.Sum(host => host.Requests.Count));
        await StopAsync(hosts);
    }

    [Fact]
    public async Task Rerank_AllHostsAreBusy_RetriesStayWithinTheirBudget()
    {
        const int Calls = 200;
        var hosts = await StartAsync(10, host => host.Failure = (429, ScoreErrorCode.Overloaded));
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", [.. hosts.Select(host => host.Address)])]));

        Assert.Equal(HttpStatusCode.TooManyRequests, (await router.CohereAsync("q", Documents)).Status);
        Assert.Equal(2, hosts.Sum(host => host.Requests.Count));
        for (var i = 1; i < Calls; i++)
            await router.CohereAsync("q", Documents);

        // What was saved up, and a tenth of the calls.
        Assert.InRange(hosts.Sum(host => host.Requests.Count), Calls + 20, Calls + 20 + Calls / 10 + 1);
        await StopAsync(hosts);
    }

    [Fact]
    public async Task Rerank_OneOfTwoHostsHangs_GetsNothingAfterSomeFullTimeLimits()
    {
        await using var hanging = await StubHost.StartAsync("full");
        await using var good = await StubHost.StartAsync("full");
        hanging.Gate = new TaskCompletionSource();
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", hanging.Address, good.Address)], new RouterPolicy { RequestTimeoutMilliseconds = 400 }));

        await Eventually.Passes(
            async () =>
            {
                await router.CohereAsync("q", Documents);
                Assert.Equal(1, (await router.StatusAsync()).Clusters.Single().AvailableDestinations);
            },
            TestContext.Current.CancellationToken);

        Assert.InRange(hanging.Requests.Count, 3, 5);
        var asked = hanging.Requests.Count;
        for (var i = 0; i < 20; i++)
            (await router.CohereAsync("q", Documents)).HasOrder(1, 0);
        Assert.Equal(asked, hanging.Requests.Count);
    }

    [Fact]
    public async Task Rerank_AllHostsHang_NextRequestsAreRefusedAtOnce()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Gate = new TaskCompletionSource();
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)], new RouterPolicy { RequestTimeoutMilliseconds = 300 }));
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.GatewayTimeout, (await router.CohereAsync("q", Documents)).Status);

        var refused = await router.CohereAsync("q", Documents);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, null), 1, 5);
        Assert.Equal(3, full.Requests.Count);
        Assert.Contains("result=\"circuit_open\"", await router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerank_CallersWaitForNothing_SayNothingOfAHost()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Gate = new TaskCompletionSource();
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        for (var i = 0; i < 8; i++)
            await router.CohereAsync("q", Documents, null, ("X-Rerank-Timeout-Milliseconds", "60"));
        full.Gate.SetResult();

        (await router.CohereAsync("q", Documents)).HasOrder(1, 0);
        Assert.Equal(1, (await router.StatusAsync()).Clusters.Single().AvailableDestinations);
    }

    [Fact]
    public async Task Rerank_RequestId_GoesOnToTheHost()
    {
        await using var full = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        var answer = await router.CohereAsync("q", Documents);

        Assert.Equal(answer.Header(ScoreApi.RequestIdHeader), Assert.Single(full.RequestIds));
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

    private static async Task<StubHost[]> StartAsync(int count, Action<StubHost> prepare)
    {
        var hosts = new StubHost[count];
        for (var i = 0; i < count; i++)
            prepare(hosts[i] = await StubHost.StartAsync("full"));
        return hosts;
    }

    private static async Task StopAsync(StubHost[] hosts)
    {
        foreach (var host in hosts)
            await host.DisposeAsync();
    }
}
