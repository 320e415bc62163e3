using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Rerank.Contracts;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Health;

public sealed class LifetimeTests : IDisposable
{
    private readonly string _tablePath = Path.GetTempFileName();

    public void Dispose() => File.Delete(_tablePath);

    [Fact]
    public async Task Start_WithoutATable_IsLiveButNotReady()
    {
        await using var router = await RunningRouter.StartAsync(null, options => options with { RoutingTablePath = _tablePath + ".absent" });

        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(router, "/health/live"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusOfAsync(router, "/health/ready"));
        var answer = await router.CohereAsync("q", ["a"]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("1", answer.Header("Retry-After"));
    }

    [Fact]
    public async Task Start_WithAMountedTable_IsReady()
    {
        await using var full = await StubHost.StartAsync("full");
        await WriteAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)], generation: 9));

        await using var router = await RunningRouter.StartAsync(null, options => options with { RoutingTablePath = _tablePath });

        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(router, "/health/ready"));
        Assert.Equal(9, (await router.StatusAsync()).Generation);
        (await router.CohereAsync("q", ["a full=1"])).HasOrder(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"generation":0,"pipeline":"a/b","clusters":[],"stable":{"revision":"r","policy":{},"tiers":[]}}""")]
    public async Task Start_WithABrokenMountedTable_WaitsForAnother(string content)
    {
        await File.WriteAllTextAsync(_tablePath, content, TestContext.Current.CancellationToken);
        await using var router = await RunningRouter.StartAsync(null, options => options with { RoutingTablePath = _tablePath });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusOfAsync(router, "/health/ready"));

        await router.PushAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "http://127.0.0.1:1")]));

        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(router, "/health/ready"));
    }

    [Fact]
    public async Task Stop_DrainsAndFinishesWhatIsRunning()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Gate = new TaskCompletionSource();
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]), options => options with { Drain = TimeSpan.FromMilliseconds(700) });
        var running = router.CohereAsync("q", ["a full=1"]);
        await Eventually.True(() => full.Requests.Count == 1, TestContext.Current.CancellationToken);

        var stop = router.App.StopAsync(TestContext.Current.CancellationToken);
        await Eventually.Passes(
            async () => Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusOfAsync(router, "/health/ready")), TestContext.Current.CancellationToken);
        var late = router.CohereAsync("q", ["b full=1"]);
        await Eventually.True(() => full.Requests.Count == 2, TestContext.Current.CancellationToken);
        full.Gate.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await running).Status);
        Assert.Equal(HttpStatusCode.OK, (await late).Status);
        await stop;
    }

    [Fact]
    public async Task Stop_AnswersOnTheWayOut_CloseTheirConnections()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Gate = new TaskCompletionSource();
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]), options => options with { Drain = TimeSpan.FromSeconds(1) });
        var running = router.CohereAsync("q", ["a full=1"]);
        await Eventually.True(() => full.Requests.Count == 1, TestContext.Current.CancellationToken);
        using var before = await router.Main.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.NotEqual(true, before.Headers.ConnectionClose);

        var stop = router.App.StopAsync(TestContext.Current.CancellationToken);
        await Eventually.Passes(
            async () =>
            {
                using var ready = await router.Main.GetAsync("/health/ready", TestContext.Current.CancellationToken);
                Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (ready.StatusCode, ready.Headers.ConnectionClose));
            },
            TestContext.Current.CancellationToken);
        full.Gate.SetResult();

        Assert.Equal((HttpStatusCode.OK, "close"), ((await running).Status, (await running).Header("Connection")));
        await stop;
    }

    [Fact]
    public async Task Start_SocketOfAKilledRouterIsThere_IsTakenOver()
    {
        var directory = Directory.CreateTempSubdirectory("rl");
        var path = Path.Combine(directory.FullName, "router.sock");
        try
        {
            using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                killed.Bind(new UnixDomainSocketEndPoint(path));
                killed.Listen();

                // Lest it be cleaned up with the socket, which a process that is killed can't do.
                File.Move(path, path + ".kept");
            }

            File.Move(path + ".kept", path);
            await using var router = await RunningRouter.StartAsync(null, options => options with { Urls = $"{options.Urls};http://unix:{path}" });

            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
            Assert.True(client.Connected);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void Create_WrongOptions_SaysAllOfThem()
    {
        var options = new RouterOptions { Urls = "https://+:80", AdminUrls = "nonsense", ProbeUrls = ";", SocketDirectory = "relative", Drain = TimeSpan.FromSeconds(-1) };

        var failures = Assert.Throws<OptionsValidationException>(() => RouterApplication.Create(options)).Failures;

        Assert.Equal(
            [
                "--urls: https://+:80: only http is served; put a proxy in front for https",
                "--probe-urls: at least one address is required",
                "--admin-urls: nonsense: not an address such as http://+:8080 or http://unix:/run/host.sock",
                "--admin-token-file is required with --admin-urls",
                "--drain-seconds must be from 0 to 300",
                "--socket-directory must be an absolute path, not relative",
            ],
            failures);
    }

    private static async Task<HttpStatusCode> StatusOfAsync(RunningRouter router, string path)
    {
        using var response = await router.Main.GetAsync(path, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private Task WriteAsync(RoutingTable table) =>
        File.WriteAllTextAsync(_tablePath, JsonSerializer.Serialize(table, ContractsJson.Default.RoutingTable), TestContext.Current.CancellationToken);
}
