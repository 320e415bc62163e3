using Rerank.Contracts.Routing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Rerank.Router.Routing;

/// <summary>A routing table's clusters as YARP's.</summary>
internal static class ClusterConfigs
{
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
        return [.. table.Clusters.Select(cluster => From(cluster, health))];
    }

    private static ClusterConfig From(Cluster cluster, HealthCheckConfig health)
    {
        var destinations = new Dictionary<string, DestinationConfig>();
        foreach (var address in cluster.Addresses)
        {
            if (!DestinationAddress.TryParse(address, out var destination))
                throw new ArgumentException($"{address} is no address", nameof(cluster));
            destinations[destination.ToString()] = new DestinationConfig { Address = destination.ToString() };
        }

        return new ClusterConfig
        {
            ClusterId = cluster.Name,
            LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,
            HealthCheck = health,
            Destinations = destinations,
        };
    }
}
