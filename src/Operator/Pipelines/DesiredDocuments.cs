using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;

namespace Rerank.Operator.Pipelines;

/// <summary>What routers and hosts shall be told.</summary>
internal sealed record DesiredDocuments
{
    /// <summary>Null until there is a stable revision.</summary>
    public required RoutingTable? Table { get; init; }

    /// <summary>Of the sidecars, by tier.</summary>
    public required IReadOnlyDictionary<string, ModelSet> SidecarSets { get; init; }

    /// <summary>Of the pools, by component.</summary>
    public required IReadOnlyDictionary<string, ModelSet> PoolSets { get; init; }

    /// <summary>What the ConfigMaps' resourceVersions were when this was decided, by name: over what others have written since, it isn't written.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <param name="host">Tier of a sidecar, or component of a pool.</param>
    public ModelSet? Set(string host, Placement placement) =>
        (placement == Placement.Pool ? PoolSets : SidecarSets).GetValueOrDefault(host);

    /// <summary>Content of the routers' ConfigMap.</summary>
    public IReadOnlyDictionary<string, string> RouterFiles()
    {
        var files = SidecarSets.ToDictionary(set => PodPaths.SidecarModelSetKey(set.Key), set => Text(set.Value));
        if (Table is not null)
            files[PodPaths.RoutingTableKey] = JsonSerializer.Serialize(Table, ContractsJson.Default.RoutingTable);
        return files;
    }

    /// <summary>Content of a pool's ConfigMap.</summary>
    public IReadOnlyDictionary<string, string> PoolFiles(PoolId pool) =>
        new Dictionary<string, string> { [PodPaths.ModelSetKey] = Text(PoolSets[pool.Component]) };

    private static string Text(ModelSet set) => JsonSerializer.Serialize(set, ContractsJson.Default.ModelSet);
}
