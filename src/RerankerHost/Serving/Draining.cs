using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Serving;

/// <summary>
/// What happens between the stop signal and the end: readiness is off already; for a while requests are still taken, then those
/// that are here are finished, and what isn't done shortly before the process must end is answered with 503 rather than cut off.
/// </summary>
internal sealed class Draining(ServeOptions options, LimitsInForce limits, Scheduler scheduler, TimeProvider time) : IHostedLifecycleService, IDisposable
{
    // For sending the answers of what is given up.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private ITimer? _giveUp;
    private volatile bool _stopping;

    public bool IsStopping => _stopping;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        if (options.Drain > TimeSpan.Zero)
            await Task.Delay(options.Drain, time, cancellationToken);
        var left = limits.Shutdown > Farewell * 2 ? limits.Shutdown - Farewell : limits.Shutdown / 2;
        _giveUp = time.CreateTimer(static state => ((Scheduler)state!).Close(), scheduler, left, Timeout.InfiniteTimeSpan);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _giveUp?.Dispose();
}
