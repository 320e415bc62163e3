using System.Net;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Health;

/// <summary>What hosts beside a router have to do with whether requests should come to it.</summary>
public sealed class ReadinessTests : IDisposable
{
    private static readonly string[] Documents = ["a small=1 full=1", "b small=2 full=2"];
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(50);

    private readonly DirectoryInfo _sockets = Directory.CreateTempSubdirectory("rs");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _sockets.Delete(recursive: true);

    [Fact]
    public async Task SmallModelBesideLoads_RouterWaitsForIt()
    {
        await using var small = await BesideAsync("small");
        await using var full = await StubHost.StartAsync("full");
        small.Ready = false;
        await using var router = await StartAsync(full.Address);
        await AnswersAsync(router, HttpStatusCode.ServiceUnavailable, "small beside it is not ready yet");

        small.Ready = true;

        await AnswersAsync(router, HttpStatusCode.OK, "ready");
    }

    [Fact]
    public async Task SmallModelBesideNeverLoads_RouterIsReadyAfterAWhileAllTheSame()
    {
        await using var small = await BesideAsync("small");
        await using var full = await StubHost.StartAsync("full");
        small.Ready = false;
        await using var router = await StartAsync(full.Address, options => options with { SidecarPatience = Often });

        await AnswersAsync(router, HttpStatusCode.OK, "ready");
    }

    [Fact]
    public async Task SmallModelBesideBreaks_RouterStaysReadyAndTheTierBehindItAnswers()
    {
        await using var small = await BesideAsync("small");
        await using var full = await StubHost.StartAsync("full");
        await using var router = await StartAsync(full.Address);
        await AnswersAsync(router, HttpStatusCode.OK, "ready");

        small.Ready = false;
        await Eventually.Passes(async () => Assert.Equal(0, (await router.StatusAsync()).Clusters.Single(c => c.Name == "small").AvailableDestinations), Cancelled);

        await AnswersAsync(router, HttpStatusCode.OK, "ready");
        Assert.Equal(HttpStatusCode.OK, (await router.CohereAsync("q", Documents)).Status);
    }

    [Fact]
    public async Task OnlyModelBesideBreaks_RouterIsNotReadyUntilItIsMended()
    {
        await using var only = await BesideAsync("full");
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "unix:full.sock")]),
            options => options with { SocketDirectory = _sockets.FullName, HealthCheckInterval = Often });
        await AnswersAsync(router, HttpStatusCode.OK, "ready");

        only.Ready = false;
        await AnswersAsync(router, HttpStatusCode.ServiceUnavailable, "full beside it is not ready");
        only.Ready = true;
        await AnswersAsync(router, HttpStatusCode.OK, "ready");
    }

    private Task<StubHost> BesideAsync(string model) => StubHost.StartAsync(model, socket: Path.Combine(_sockets.FullName, $"{model}.sock"));

    private Task<RunningRouter> StartAsync(string full, Func<RouterOptions, RouterOptions>? options = null) => RunningRouter.StartAsync(
        Tables.Table(
            [Tables.Model("small", new Escalation { Type = EscalationType.Margin, MarginMilli = 1, TopK = 1 }), Tables.Model("full")],
            [Tables.Cluster("small", "unix:small.sock"), Tables.Cluster("full", full)]),
        configured => (options ?? (o => o))(configured with { SocketDirectory = _sockets.FullName, HealthCheckInterval = Often }));

    private static Task AnswersAsync(RunningRouter router, HttpStatusCode status, string reason) => Eventually.Passes(
        async () =>
        {
            using var response = await router.Main.GetAsync("/health/ready", Cancelled);
            Assert.Equal((status, reason + "\n"), (response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled)));
        },
        Cancelled);
}
