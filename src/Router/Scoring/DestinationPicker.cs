using System.Security.Cryptography;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Scoring;

/// <summary>
/// Picks the less busy of two hosts that are drawn by lot, and keeps count of what runs on each: as good as knowing all, and routers that know nothing of each other don't all pick the same one.
/// </summary>
/// <remarks>Mitzenmacher, The power of two choices in randomized load balancing, IEEE TPDS 12, 2001.</remarks>
internal static class DestinationPicker
{
    /// <summary>Null when every available destination has been tried.</summary>
    public static DestinationState? Pick(ClusterState cluster, HashSet<DestinationState>? tried)
    {
        var available = cluster.DestinationsState.AvailableDestinations;
        if (tried is not null)
            available = [.. available.Where(destination => !tried.Contains(destination))];
        if (available.Count <= 1)
            return available.Count == 1 ? available[0] : null;

        var first = RandomNumberGenerator.GetInt32(available.Count);
        var second = RandomNumberGenerator.GetInt32(available.Count - 1);
        var (one, other) = (available[first], available[second < first ? second : second + 1]);
        return one.ConcurrentRequestCount <= other.ConcurrentRequestCount ? one : other;
    }

    // YARP's own routes would count too; there are none, so the lock is all that is needed to keep the count right.
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
