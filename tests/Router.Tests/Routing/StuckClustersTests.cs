using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Rerank.Router.Tests.Routing;

/// <summary>After a configuration that it could not load, YARP takes no other for minutes.</summary>
public sealed class StuckClustersTests
{
    [Fact]
    [Trait("Fault", "A25")]
    public async Task Push_ClustersAreNotTaken_EndsAndTakesTheCandidatesTrafficAwayAllTheSame()
    {
        var resolver = new FailingResolver();
        await using var full = await StubHost.StartAsync("full");
        await using var next = await StubHost.StartAsync("next");
        var table = Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address), Tables.Cluster("next", next.Address)]) with
        {
            Candidate = Tables.Candidate([Tables.Model("next")], traffic: 1000),
        };
        await using var router = await RunningRouter.StartAsync(
            table,
            options => options with { PublishPatience = TimeSpan.FromMilliseconds(300) },
            services => services.Replace(ServiceDescriptor.Singleton<IDestinationResolver>(resolver)));
        Assert.Equal("c1", (await router.CohereAsync("q", ["a full=1 next=1"])).Header("X-Rerank-Revision"));

        resolver.Fails = true;
        using var refused = await router.PutAsync(With(table, generation: 2, traffic: 1000, "http://127.0.0.1:2"));
        resolver.Fails = false;
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var stuck = await router.PutAsync(With(table, generation: 3, traffic: 1000, "http://127.0.0.1:3"));
        Assert.Equal(HttpStatusCode.BadRequest, stuck.StatusCode);
        Assert.Contains("not taken within 0.3 s", await stuck.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("c1", (await router.CohereAsync("q", ["a full=1 next=1"])).Header("X-Rerank-Revision"));

        using var closing = await router.PutAsync(With(table, generation: 4, traffic: 0, "http://127.0.0.1:4"));

        Assert.Equal(HttpStatusCode.BadRequest, closing.StatusCode);
        Assert.Equal("r1", (await router.CohereAsync("q", ["a full=1 next=1"])).Header("X-Rerank-Revision"));
        Assert.Contains("rerank_router_candidate_traffic_permille 0\n", await router.MetricsAsync(), StringComparison.Ordinal);
    }

    /// <summary>That it becomes stable takes nothing away from it, whether or not the table can be had.</summary>
    [Fact]
    public async Task Push_ThatMakesTheCandidateStableIsNotTaken_ItGoesOnAnswering()
    {
        var resolver = new FailingResolver();
        await using var full = await StubHost.StartAsync("full");
        await using var next = await StubHost.StartAsync("next");
        var table = Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address), Tables.Cluster("next", next.Address)]) with
        {
            Candidate = Tables.Candidate([Tables.Model("next")], traffic: 1000),
        };
        await using var router = await RunningRouter.StartAsync(table, null, services => services.Replace(ServiceDescriptor.Singleton<IDestinationResolver>(resolver)));

        // YARP lets go of what it has while the name server fails, and takes up again what was in force when it is back.
        resolver.Fails = true;
        using var refused = await router.PutAsync(With(table, generation: 2, traffic: 0, "http://127.0.0.1:2") with { Stable = table.Candidate!.Arm, Candidate = null });
        resolver.Fails = false;

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        for (var i = 0; i < 5; i++)
            Assert.Equal("c1", (await router.CohereAsync("q", ["a full=1 next=1"])).Header("X-Rerank-Revision"));
    }

    [Fact]
    public async Task Push_OnlyTheWeightChanges_NeedsNoYarp()
    {
        var resolver = new FailingResolver();
        await using var canary = await Canary.StartAsync();
        await using var router = await RunningRouter.StartAsync(
            canary.Table, options => options with { PublishPatience = TimeSpan.FromMilliseconds(300) }, services => services.Replace(ServiceDescriptor.Singleton<IDestinationResolver>(resolver)));
        var looked = resolver.Calls;
        resolver.Fails = true;

        var status = await router.PushAsync(canary.Table with { Generation = 2, Candidate = canary.Table.Candidate! with { TrafficPermille = 0 } });

        Assert.Equal((2, looked), (status.Generation, resolver.Calls));
        Assert.Equal("r1", (await router.CohereAsync("q", ["a full=1 next=1"])).Header("X-Rerank-Revision"));
    }

    private static RoutingTable With(RoutingTable table, long generation, int traffic, string address) => table with
    {
        Generation = generation,
        Clusters = [.. table.Clusters, Tables.Cluster("other", address)],
        Candidate = table.Candidate! with { TrafficPermille = traffic },
    };

    private sealed class FailingResolver : IDestinationResolver
    {
        private int _calls;

        public bool Fails { get; set; }

        public int Calls => _calls;

        public ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
            IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            return Fails ? throw new InvalidOperationException("asked to fail") : new(new ResolvedDestinationCollection(destinations, null));
        }
    }
}
