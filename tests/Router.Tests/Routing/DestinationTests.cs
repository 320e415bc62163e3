using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Routing;

public sealed class DestinationTests
{
    private static readonly string[] Documents = ["a full=1", "b full=2"];

    [Fact]
    public async Task Name_WithSeveralAddresses_RequestsGoToAllOfThem()
    {
        var names = new Names { ["p-full.shop.svc"] = [IPAddress.Loopback, IPAddress.Parse("127.0.0.2")] };
        var port = 0;
        await using var first = await StubHost.StartAsync("full");
        port = new Uri(first.Address).Port;
        await using var second = await StubHost.StartAsync("full", address: "127.0.0.2", port: port);
        await using var router = await StartAsync(names, $"http://p-full.shop.svc:{port}");

        await Eventually.Passes(
            async () =>
            {
                (await router.CohereAsync("q", Documents)).HasOrder(1, 0);
                Assert.NotEmpty(first.Requests);
                Assert.NotEmpty(second.Requests);
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(2, (await router.StatusAsync()).Clusters.Single().Destinations);
    }

    [Fact]
    public async Task Name_ChangesItsAddresses_RouterFollows()
    {
        var names = new Names { ["pool"] = [IPAddress.Loopback] };
        await using var first = await StubHost.StartAsync("full");
        var port = new Uri(first.Address).Port;
        await using var second = await StubHost.StartAsync("full", address: "127.0.0.2", port: port);
        await using var router = await StartAsync(names, $"http://pool:{port}");
        await router.CohereAsync("q", Documents);

        names["pool"] = [IPAddress.Parse("127.0.0.2")];

        await Eventually.True(
            async () =>
            {
                await router.CohereAsync("q", Documents);
                return !second.Requests.IsEmpty;
            },
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Name_CanNoLongerBeResolved_LastAddressesStay()
    {
        var names = new Names { ["pool"] = [IPAddress.Loopback] };
        await using var full = await StubHost.StartAsync("full");
        await using var router = await StartAsync(names, $"http://pool:{new Uri(full.Address).Port}");

        names.TryRemove("pool", out _);
        var failures = names.Failures;
        await Eventually.True(() => names.Failures > failures + 2, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, (await router.CohereAsync("q", Documents)).Status);
    }

    [Fact]
    public async Task Name_HasNoAddressForLong_LastAddressesGo()
    {
        var names = new Names { ["pool"] = [IPAddress.Loopback] };
        await using var full = await StubHost.StartAsync("full");
        await using var router = await StartAsync(
            names, $"http://pool:{new Uri(full.Address).Port}", options => options with { AddressesWithoutName = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(HttpStatusCode.OK, (await router.CohereAsync("q", Documents)).Status);

        names.TryRemove("pool", out _);

        await Eventually.Passes(
            async () => Assert.Equal(0, (await router.StatusAsync()).Clusters.Single().Destinations), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await router.CohereAsync("another", Documents)).Status);
    }

    [Fact]
    public async Task Name_UnknownAtFirst_TableIsInForceAndFillsLater()
    {
        var names = new Names();
        await using var full = await StubHost.StartAsync("full");
        await using var router = await StartAsync(names, $"http://pool:{new Uri(full.Address).Port}");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await router.CohereAsync("q", Documents)).Status);
        Assert.Equal(0, (await router.StatusAsync()).Clusters.Single().Destinations);
        names["pool"] = [IPAddress.Loopback];

        await Eventually.Passes(
            async () => Assert.Equal(HttpStatusCode.OK, (await router.CohereAsync("q", Documents)).Status), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Name_UnknownAtFirst_IsLookedUpSoonerThanKnownOnes()
    {
        var names = new Names();
        await using var full = await StubHost.StartAsync("full");
        await using var router = await StartAsync(
            names, $"http://pool:{new Uri(full.Address).Port}", options => options with { DnsRefreshPeriod = TimeSpan.FromHours(1), DnsRetryPeriod = TimeSpan.FromMilliseconds(50) });

        names["pool"] = [IPAddress.Loopback];

        await Eventually.Passes(
            async () => Assert.Equal(HttpStatusCode.OK, (await router.CohereAsync("q", Documents)).Status), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Name_UnknownAtFirst_RouterIsReadyOnceItIsKnown()
    {
        var names = new Names();
        await using var full = await StubHost.StartAsync("full");
        await using var router = await StartAsync(names, $"http://pool:{new Uri(full.Address).Port}");
        var (status, reason) = await ReadyAsync(router);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "no pod of full is known yet\n"), (status, reason));

        names["pool"] = [IPAddress.Loopback];

        await Eventually.Passes(
            async () => Assert.Equal((HttpStatusCode.OK, "ready\n"), await ReadyAsync(router)), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Name_NeverKnown_RouterIsReadyAfterAWhileAllTheSame()
    {
        await using var router = await StartAsync(
            new Names(), "http://pool:1", options => options with { ReachPatience = TimeSpan.FromMilliseconds(50) });

        await Eventually.Passes(
            async () => Assert.Equal(HttpStatusCode.OK, (await ReadyAsync(router)).Status), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Socket_BelowTheSocketDirectory_IsUsed()
    {
        var directory = Directory.CreateTempSubdirectory("rs");
        try
        {
            await using var full = await StubHost.StartAsync("full", socket: Path.Combine(directory.FullName, "full.sock"));
            await using var router = await RunningRouter.StartAsync(
                Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "unix:full.sock")]),
                options => options with { SocketDirectory = directory.FullName, HealthCheckInterval = TimeSpan.FromMilliseconds(50) });

            (await router.CohereAsync("q", Documents)).HasOrder(1, 0);
            full.Ready = false;
            await Eventually.Passes(
                async () => Assert.Equal(0, (await router.StatusAsync()).Clusters.Single().AvailableDestinations), TestContext.Current.CancellationToken);
            full.Ready = true;
            await Eventually.Passes(
                async () => Assert.Equal(1, (await router.StatusAsync()).Clusters.Single().AvailableDestinations), TestContext.Current.CancellationToken);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Destination_NotReady_GetsNoRequests()
    {
        await using var ready = await StubHost.StartAsync("full");
        await using var loading = await StubHost.StartAsync("full");
        loading.Ready = false;
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", ready.Address, loading.Address)]),
            options => options with { HealthCheckInterval = TimeSpan.FromMilliseconds(50) });
        await Eventually.Passes(
            async () => Assert.Equal(1, (await router.StatusAsync()).Clusters.Single().AvailableDestinations), TestContext.Current.CancellationToken);

        for (var i = 0; i < 20; i++)
            await router.CohereAsync("q", Documents);

        Assert.Empty(loading.Requests);
    }

    private static async Task<(HttpStatusCode Status, string Reason)> ReadyAsync(RunningRouter router)
    {
        using var response = await router.Main.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Task<RunningRouter> StartAsync(Names names, string address, Func<RouterOptions, RouterOptions>? options = null) => RunningRouter.StartAsync(
        Tables.Table([Tables.Model("full")], [Tables.Cluster("full", address)]),
        configured => (options ?? (o => o))(configured with { DnsRefreshPeriod = TimeSpan.FromMilliseconds(50) }),
        services => services.Replace(ServiceDescriptor.Singleton<IHostResolver>(names)));

    /// <summary>A name server.</summary>
    private sealed class Names : ConcurrentDictionary<string, IPAddress[]>, IHostResolver
    {
        private int _failures;

        public int Failures => _failures;

        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            if (TryGetValue(host, out var addresses))
                return Task.FromResult(addresses);
            Interlocked.Increment(ref _failures);
            throw new SocketException((int)SocketError.HostNotFound);
        }
    }
}
