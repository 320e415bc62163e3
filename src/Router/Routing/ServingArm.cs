using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Router.Tiers.Cache;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Routing;

/// <summary>One revision of a routing table in force, ready to rank requests.</summary>
internal sealed class ServingArm
{
    public required ArmRole Role { get; init; }

    public required Arm Arm { get; init; }

    /// <summary>At least one; the last is the full model.</summary>
    public required IReadOnlyList<ServingTier> Tiers { get; init; }

    /// <summary>Activations by tier.</summary>
    public required IReadOnlyList<Activation> Activations { get; init; }

    public ServingCache? Cache { get; init; }

    public string Revision => Arm.Revision;

    public RouterPolicy Policy => Arm.Policy;

    /// <summary>Puts into the cache what a ranking has brought.</summary>
    public ValueTask RememberAsync(IReadOnlyList<KeyValuePair<PairKey, PairScore>> scores) =>
        Cache is null || scores.Count == 0 ? ValueTask.CompletedTask : Cache.Pairs.SetManyAsync(scores, CancellationToken.None);
}

internal enum ArmRole
{
    Stable,
    Candidate,
}

internal sealed record ServingTier(string Name, ModelTier Model, ClusterState Cluster)
{
    public HedgingPolicy? Hedging { get; init; }
}

/// <param name="Name">Name of the cache tier.</param>
internal sealed record ServingCache(string Name, int TtlSeconds, PairCache Pairs);
