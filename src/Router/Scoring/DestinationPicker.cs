using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Scoring;

/// <summary>Picks a destination by the cluster's load balancing policy, and keeps count of what runs on each.</summary>
internal sealed class DestinationPicker(IEnumerable<ILoadBalancingPolicy> policies)
{
    private readonly Dictionary<string, ILoadBalancingPolicy> _policies = policies.ToDictionary(policy => policy.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Null when every available destination has been tried.</summary>
    public DestinationState? Pick(HttpContext context, ClusterState cluster, HashSet<DestinationState>? tried)
    {
        var available = cluster.DestinationsState.AvailableDestinations;
        if (tried is not null)
            available = [.. available.Where(destination => !tried.Contains(destination))];
        if (available.Count <= 1)
            return available.Count == 1 ? available[0] : null;

        var policy = cluster.Model.Config.LoadBalancingPolicy ?? LoadBalancingPolicies.PowerOfTwoChoices;
        return _policies[policy].PickDestination(context, cluster, available);
    }

    /// <summary>The policies go by this count. YARP's forwarder isn't in use, so the lock is all that is needed to keep it right.</summary>
    public static void Enter(DestinationState destination)
    {
        lock (destination)
            destination.ConcurrentRequestCount++;
    }

    public static void Leave(DestinationState destination)
    {
        lock (destination)
            destination.ConcurrentRequestCount--;
    }
}
