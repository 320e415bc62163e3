using Rerank.Contracts.Routing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Rerank.Router.Routing;

/// <summary>A routing table's clusters as YARP's.</summary>
internal static class ClusterConfigs
{
    /// <summary>Id of the cluster of this pipeline's routers. No tier can be called so.</summary>
    public const string Peers = ":peers";

    private const string ReadinessPath = "/health/ready";

    public static IReadOnlyList<ClusterConfig> From(RoutingTable table, RouterOptions options)
    {
        var health = new HealthCheckConfig
        {
            Active = new ActiveHealthCheckConfig
            {
                Enabled = true,
                Interval = options.HealthCheckInterval,
                Timeout = options.HealthCheckTimeout,
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                Path = ReadinessPath,
            },
            Passive = new PassiveHealthCheckConfig { Enabled = true, Policy = ScoreHealthPolicy.PolicyName, ReactivationPeriod = options.ReactivationPeriod },

            // With every destination in doubt a try is worth more than a certain error.
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
        };
        var clusters = table.Clusters.Select(cluster => From(cluster.Name, cluster.Addresses, health)).ToList();

        // Every one of them is asked whatever its health.
        if (table.Peers.Count > 0)
            clusters.Add(From(Peers, table.Peers, health: null));
        return clusters;
    }

    private static ClusterConfig From(string name, IReadOnlyList<string> addresses, HealthCheckConfig? health)
    {
        var destinations = new Dictionary<string, DestinationConfig>();
        foreach (var address in addresses)
        {
            if (!DestinationAddress.TryParse(address, out var destination))
                throw new ArgumentException($"{address} is no address", nameof(addresses));
            destinations[destination.ToString()] = new DestinationConfig { Address = destination.ToString() };
        }

        return new ClusterConfig
        {
            ClusterId = name,
            LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,
            HealthCheck = health,
            Destinations = destinations,
        };
    }
}
