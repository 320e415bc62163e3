using Rerank.Contracts.Admin;
using Rerank.Contracts.Routing;
using Rerank.Router.Tiers.Cache;
using Rerank.Router.Trials;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Routing;

/// <summary>Makes a table ready to use, out of clusters that YARP has and caches that the table before it had.</summary>
internal sealed class ServingTableBuilder(IProxyStateLookup clusters, TimeProvider time)
{
    /// <exception cref="InvalidOperationException">YARP lacks a cluster.</exception>
    /// <exception cref="InsufficientMemoryException">There is no room for a cache.</exception>
    public ServingTable Build(RoutingTable table, ServingTable? current, Trial? trial, bool confirmed)
    {
        var caches = new List<PairCache>(2);
        foreach (var arm in new[] { current?.Stable, current?.Candidate })
        {
            if (arm?.Cache is { } cache)
                caches.Add(cache.Pairs);
        }

        var stable = Build(table.Stable, ArmRole.Stable, table.Hedging, caches);
        var other = table.Candidate is { } candidate ? Build(candidate.Arm, ArmRole.Candidate, table.Hedging, caches) : null;
        var there = table.Clusters.Select(cluster => cluster.Name).ToHashSet(StringComparer.Ordinal);
        caches.ForEach(cache => cache.Origins.Keep(there));
        return new ServingTable
        {
            Table = table,
            Stable = stable,
            Candidate = other,
            ComparesTimes = table.Candidate is { } terms && (terms.LatencyTests.Count > 0 || terms.HardLimits.Any(limit => limit.Type == HardLimitType.Slow)),
            SharesHosts = other is not null && ClustersOf(stable).SetEquals(ClustersOf(other)),
            Trial = trial,
            Confirmed = confirmed,
            Clusters = [.. table.Clusters.Select(cluster => ClusterOf(cluster.Name))],
            Peers = table.Peers.Count > 0 ? ClusterOf(ClusterConfigs.Peers) : null,
        };
    }

    private ServingArm Build(Arm arm, ArmRole role, HedgingPolicy? hedging, List<PairCache> caches)
    {
        var tiers = arm.Tiers.Where(tier => tier.Model is not null)
            .Select(tier => new ServingTier(tier.Name, tier.Model!, ClusterOf(tier.Model!.Cluster)) { Hedging = hedging })
            .ToArray();
        return new ServingArm
        {
            Role = role,
            Arm = arm,
            Tiers = tiers,
            Activations = [.. tiers.Select(tier => tier.Model.Activation)],
            Cache = arm.Tiers.FirstOrDefault(tier => tier.Cache is not null) is { Cache: { } cache } tier
                ? new ServingCache(tier.Name, cache.TtlSeconds, CacheOf(cache.MemoryBytes, role, caches))
                : null,
        };
    }

    private static HashSet<string> ClustersOf(ServingArm arm) => [.. arm.Tiers.Select(tier => tier.Model.Cluster)];

    private ClusterState ClusterOf(string name) => clusters.TryGetCluster(name, out var cluster)
        ? cluster
        : throw new InvalidOperationException($"cluster {name} is missing although it was applied");

    // Arms with caches of one size share one: what it holds stays right under any arm, since keys have the model's digest and its hosts. An arm with another
    // size has its own, because making the shared one anew would empty it: a candidate's arrival must not slow stable down.
    private PairCache CacheOf(long memoryBytes, ArmRole role, List<PairCache> caches)
    {
        var known = caches.Find(cache => cache.MemoryBytes == memoryBytes);
        if (known is not null)
            return known;

        // Asked first: a table that is too large would be granted, and take the process down when it is written to.
        if (memoryBytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            var arm = role == ArmRole.Stable ? "stable." : $"{AdminProtocol.OfCandidate}arm.";
            throw new InsufficientMemoryException($"{arm}tiers: the router has no memory for a cache of {memoryBytes} bytes");
        }

        caches.Add(known = new PairCache(memoryBytes, time));
        return known;
    }
}
