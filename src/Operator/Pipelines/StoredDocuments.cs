using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s.Models;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;

namespace Rerank.Operator.Pipelines;

/// <summary>The documents in the pipeline's ConfigMaps; null where there is none or it can't be read.</summary>
internal sealed record StoredDocuments
{
    public static StoredDocuments None { get; } = new();

    public RoutingTable? Table { get; init; }

    /// <summary>Of the sidecars, by tier.</summary>
    public IReadOnlyDictionary<string, ModelSet> SidecarSets { get; init; } = new Dictionary<string, ModelSet>();

    /// <summary>Of the pools, by component.</summary>
    public IReadOnlyDictionary<string, ModelSet> PoolSets { get; init; } = new Dictionary<string, ModelSet>();

    /// <summary>The resourceVersion that each ConfigMap was read at, by name.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <param name="host">Tier of a sidecar, or component of a pool.</param>
    public ModelSet? Set(string host, Placement placement) =>
        (placement == Placement.Pool ? PoolSets : SidecarSets).GetValueOrDefault(host);

    /// <param name="routers">The routers' ConfigMap, if there is one.</param>
    /// <param name="pools">The pools' ConfigMaps, by component.</param>
    public static StoredDocuments Read(V1ConfigMap? routers, IReadOnlyDictionary<string, V1ConfigMap> pools)
    {
        var sidecars = new Dictionary<string, ModelSet>();
        foreach (var (key, text) in routers?.Data ?? new Dictionary<string, string>())
        {
            if (PodPaths.TierOfSidecarModelSetKey(key) is { } tier && Parse(text, ContractsJson.Default.ModelSet) is { } set)
                sidecars[tier] = set;
        }

        return new()
        {
            Table = Parse(Text(routers, PodPaths.RoutingTableKey), ContractsJson.Default.RoutingTable),
            SidecarSets = sidecars,
            PoolSets = pools
                .Select(pool => (Component: pool.Key, Set: Parse(Text(pool.Value, PodPaths.ModelSetKey), ContractsJson.Default.ModelSet)))
                .Where(pool => pool.Set is not null)
                .ToDictionary(pool => pool.Component, pool => pool.Set!),
            Versions = pools.Values.Append(routers).OfType<V1ConfigMap>().ToDictionary(map => map.Name(), map => map.ResourceVersion()),
        };
    }

    private static string? Text(V1ConfigMap? map, string key) => map?.Data is { } data && data.TryGetValue(key, out var text) ? text : null;

    // Another release's document, or one that somebody spoiled: it is written anew, with a generation above what the pods report.
    private static T? Parse<T>(string? text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
