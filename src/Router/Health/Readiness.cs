using Rerank.Router.Routing;

namespace Rerank.Router.Health;

/// <summary>
/// Whether requests should come here: with a routing table whose pools were reached once, and not on the way out. On a stop it goes off first and
/// requests are taken a little longer, until whoever sends them has noticed; then the server ends what it has begun.
/// </summary>
/// <remarks>
/// Pools count only at the start, where another router may have looked their names up already, and not for ever: with pools down, routers that answer
/// as the failure policy says are worth more than none.
/// </remarks>
internal sealed class Readiness(TableStore tables, RouterOptions options, TimeProvider time) : IHostedLifecycleService
{
    private volatile bool _stopping;
    private volatile bool _hasReached;

    // Timestamp of the first look with a table; 0 before.
    private long _waitingSince;

    /// <summary>Null when ready.</summary>
    public string? Reason => _stopping ? "stopping" : tables.Current is not { } table ? "no routing table" : Unreached(table);

    public bool IsStopping => _stopping;

    private string? Unreached(ServingTable table)
    {
        if (_hasReached)
            return null;
        Interlocked.CompareExchange(ref _waitingSince, time.GetTimestamp(), 0);
        var missing = table.Stable.Tiers.Select(tier => tier.Cluster).FirstOrDefault(cluster => cluster.DestinationsState.AllDestinations.Count == 0);
        _hasReached = missing is null || time.GetElapsedTime(_waitingSince) >= options.ReachPatience;
        return _hasReached ? null : $"no pod of {missing!.ClusterId} is known yet";
    }

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
