using System.Net;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Health;

public sealed class ProbeAddressTests
{
    [Fact]
    public async Task Addresses_ServeTheirOwnPathsOnly()
    {
        await using var router = await RunningRouter.StartAsync(null, options => options with { ProbeUrls = "http://127.0.0.1:0" });

        foreach (var path in new[] { "/metrics", "/health/live" })
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(router.Probe!, path));
        foreach (var path in new[] { "/info", "/v1/models", "/v2/rerank", "/admin/status" })
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(router.Probe!, path));
        foreach (var path in new[] { "/metrics", "/METRICS", "/metrics/" })
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(router.Main, path));
        // What load balancers and client libraries ask for stays where they ask.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(router.Main, "/health/live"));
        Assert.NotEqual(HttpStatusCode.NotFound, await StatusAsync(router.Main, "/health"));
        Assert.NotEqual(HttpStatusCode.NotFound, await StatusAsync(router.Main, "/info"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(router.Admin, "/admin/status"));
    }

    [Fact]
    public async Task Metrics_WithoutAddressesForProbes_AreWithTheRequests()
    {
        await using var router = await RunningRouter.StartAsync(null, null);

        Assert.Contains("rerank_router_table_generation", await router.MetricsAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
