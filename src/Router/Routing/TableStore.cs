using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Routing;
using Rerank.Router.Tiers.Cache;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Routing;

/// <summary>The routing table in force, and how another one replaces it: all or nothing, and only when YARP knows the new clusters.</summary>
internal sealed class TableStore(
    TableConfigProvider provider, IProxyStateLookup clusters, RouterOptions options, TimeProvider time, ILogger<TableStore> logger) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private volatile ServingTable? _current;

    /// <summary>Null before the first table.</summary>
    public ServingTable? Current => _current;

    public async Task<TableOutcome> ApplyAsync(RoutingTable table, CancellationToken cancellationToken)
    {
        if (RoutingTableRules.FirstError(table) is { } error)
            return TableOutcome.Invalid(error);

        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var current = _current;
            if (current is not null && table.Generation <= current.Table.Generation)
                return Compare(table, current.Table);

            try
            {
                _current = await PutInForceAsync(table, current);
            }
            catch (Exception e) when (e is AggregateException or InvalidOperationException)
            {
                Log.TableFailed(logger, e, table.Generation);
                await provider.PublishAsync(current is null ? [] : ClusterConfigs.From(current.Table, options));
                return TableOutcome.Invalid($"clusters: {e.Message}");
            }

            Log.TableInForce(logger, table.Generation, table.Pipeline, table.Stable.Revision);
            return TableOutcome.InForce;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private static TableOutcome Compare(RoutingTable offered, RoutingTable inForce)
    {
        if (offered.Generation < inForce.Generation)
            return TableOutcome.Conflict($"generation {offered.Generation} is older than {inForce.Generation}, which is in force", inForce.Generation);

        // Records compare lists by reference, so their JSON is compared.
        var equal = JsonSerializer.SerializeToUtf8Bytes(offered, ContractsJson.Default.RoutingTable).AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(inForce, ContractsJson.Default.RoutingTable));
        return equal
            ? TableOutcome.InForce
            : TableOutcome.Conflict($"generation {offered.Generation} is in force with other content", inForce.Generation);
    }

    // Not to be torn by a caller who hangs up: YARP would have clusters that no table in force goes with.
    private async Task<ServingTable> PutInForceAsync(RoutingTable table, ServingTable? current)
    {
        await provider.PublishAsync(ClusterConfigs.From(table, options));

        var tiers = table.Stable.Tiers.Where(tier => tier.Model is not null)
            .Select(tier => new ServingTier(tier.Name, tier.Model!, ClusterOf(tier.Model!.Cluster)))
            .ToArray();
        return new ServingTable
        {
            Table = table,
            Tiers = tiers,
            Clusters = [.. table.Clusters.Select(cluster => ClusterOf(cluster.Name))],
            Activations = [.. tiers.Select(tier => tier.Model.Activation)],
            Cache = table.Stable.Tiers.FirstOrDefault(tier => tier.Cache is not null) is { Cache: { } cache } tier
                ? new ServingCache(tier.Name, cache.TtlSeconds, CacheOf(cache.MemoryBytes, current))
                : null,
        };
    }

    private ClusterState ClusterOf(string name) => clusters.TryGetCluster(name, out var cluster)
        ? cluster
        : throw new InvalidOperationException($"cluster {name} is missing although it was applied");

    // What it holds stays right under any table, since keys have the model's digest.
    private PairCache CacheOf(long memoryBytes, ServingTable? current) =>
        current?.Cache?.Pairs is { } pairs && pairs.MemoryBytes == memoryBytes ? pairs : new PairCache(memoryBytes, time);
}
