using Rerank.Router.Routing;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Health;

/// <summary>
/// Whether requests should come here: with a routing table whose hosts were reached once, and not on the way out. On a stop it goes off first and
/// requests are taken a little longer, until whoever sends them has noticed; then the server ends what it has begun.
/// </summary>
/// <remarks>
/// Pools count only at the start, where another router may have looked their names up already, and not for ever: with pools down, routers that answer
/// as the failure policy says are worth more than none. So do hosts beside the router, which load their models meanwhile: a small model that hangs later does so in
/// every router's pod, and mustn't take all of them out of rotation while the tier behind it answers. Only a host beside the router that decides itself always counts: other pods may
/// have one that is well.
/// </remarks>
internal sealed class Readiness(TableStore tables, RouterOptions options, TimeProvider time) : IHostedLifecycleService
{
    private volatile bool _stopping;
    private volatile bool _hasReached;

    // Timestamp of the first look with a table; 0 before.
    private long _waitingSince;

    /// <summary>Null when ready.</summary>
    public string? Reason => _stopping ? "stopping" : tables.Current is not { } table ? "no routing table" : Unreached(table) ?? Broken(table);

    public bool IsStopping => _stopping;

    private string? Unreached(ServingTable table)
    {
        if (_hasReached)
            return null;
        Interlocked.CompareExchange(ref _waitingSince, time.GetTimestamp(), 0);
        var waited = time.GetElapsedTime(_waitingSince);
        var clusters = table.Stable.Tiers.Select(tier => tier.Cluster).ToList();
        if (waited < options.ReachPatience && clusters.Find(cluster => cluster.DestinationsState.AllDestinations.Count == 0) is { } unknown)
            return $"no pod of {unknown.ClusterId} is known yet";
        if (waited < options.SidecarPatience && clusters.Find(cluster => IsBeside(cluster) && !HasHealth(cluster, DestinationHealth.Healthy)) is { } loading)
            return $"{loading.ClusterId} beside it is not ready yet";
        _hasReached = true;
        return null;
    }

    private static string? Broken(ServingTable table)
    {
        var decides = table.Stable.Tiers[^1].Cluster;
        return IsBeside(decides) && HasHealth(decides, DestinationHealth.Unhealthy) ? $"{decides.ClusterId} beside it is not ready" : null;
    }

    private static bool IsBeside(ClusterState cluster) =>
        cluster.DestinationsState.AllDestinations.Any(destination => DestinationAddress.IsSocket(new Uri(destination.Model.Config.Address).Host, out _));

    private static bool HasHealth(ClusterState cluster, DestinationHealth health) =>
        cluster.DestinationsState.AllDestinations.All(destination => destination.Health.Active == health);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        try
        {
            await Task.Delay(options.Drain, time, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Whoever stops the host is out of patience.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
