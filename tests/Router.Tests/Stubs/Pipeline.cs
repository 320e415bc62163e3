using System.Globalization;
using Rerank.Contracts.Routing;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Stubs;

/// <summary>A router with a cache, a small model and a full one.</summary>
internal sealed class Pipeline : IAsyncDisposable
{
    public required StubHost Small { get; init; }

    public required StubHost Full { get; init; }

    public required RunningRouter Router { get; init; }

    public static async Task<Pipeline> StartAsync(Escalation escalation, RouterPolicy? policy = null)
    {
        var small = await StubHost.StartAsync("small");
        var full = await StubHost.StartAsync("full");
        var table = Tables.Table(
            [Tables.Cache, Tables.Model("small", escalation), Tables.Model("full")],
            [Tables.Cluster("small", small.Address), Tables.Cluster("full", full.Address)],
            policy);
        return new Pipeline { Small = small, Full = full, Router = await RunningRouter.StartAsync(table) };
    }

    /// <summary>The cache is filled after the answer.</summary>
    public Task CacheFilledAsync(int entries) => Eventually.Passes(
        async () => Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"rerank_router_cache_entries {entries}\n"), await Router.MetricsAsync(), StringComparison.Ordinal),
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync();
        await Small.DisposeAsync();
        await Full.DisposeAsync();
    }
}
