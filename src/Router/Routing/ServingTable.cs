using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Router.Tiers.Cache;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Routing;

/// <summary>
/// A routing table in force, ready to use. A request takes one and keeps it to its end: it holds YARP's clusters themselves, so that a change
/// in between takes nothing away from it.
/// </summary>
internal sealed class ServingTable
{
    public required RoutingTable Table { get; init; }

    /// <summary>At least one; the last is the full model.</summary>
    public required IReadOnlyList<ServingTier> Tiers { get; init; }

    /// <summary>Activations by tier.</summary>
    public required IReadOnlyList<Activation> Activations { get; init; }

    public ServingCache? Cache { get; init; }

    /// <summary>All of the table's clusters, also those that no tier uses.</summary>
    public required IReadOnlyList<ClusterState> Clusters { get; init; }

    public string Revision => Table.Stable.Revision;

    public RouterPolicy Policy => Table.Stable.Policy;
}

internal sealed record ServingTier(string Name, ModelTier Model, ClusterState Cluster);

/// <param name="Name">Name of the cache tier.</param>
internal sealed record ServingCache(string Name, int TtlSeconds, PairCache Pairs);
