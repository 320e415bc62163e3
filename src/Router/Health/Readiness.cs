using Rerank.Router.Routing;

namespace Rerank.Router.Health;

/// <summary>
/// Whether requests should come here: with a routing table, and not on the way out. On a stop it goes off first and requests are taken a little
/// longer, until whoever sends them has noticed; then the server ends what it has begun.
/// </summary>
internal sealed class Readiness(TableStore tables, RouterOptions options, TimeProvider time) : IHostedLifecycleService
{
    private volatile bool _stopping;

    /// <summary>Null when ready.</summary>
    public string? Reason => _stopping ? "stopping" : tables.Current is null ? "no routing table" : null;

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
