using Microsoft.Extensions.Options;

namespace Rerank.Operator.Runtime.Leadership;

/// <summary>
/// Knows until when nobody else can have the lease. A process that was stopped for a while, or starved, finds out here that it may not write any more, before its
/// elector has had a turn to notice.
/// </summary>
public sealed class LeaseFence(IOptions<RuntimeOptions> options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long? _renewed;

    /// <summary>Takes note that the lease was renewed by a request that was sent at <paramref name="sent"/>, a timestamp of the time provider.</summary>
    public void Renewed(long sent)
    {
        lock (_lock)
            _renewed = sent;
    }

    /// <summary>Whether nobody else can lead by now.</summary>
    public bool IsHeld => Expired() is null;

    /// <exception cref="LeaseExpiredException">Somebody else may lead by now.</exception>
    public void Check()
    {
        if (Expired() is { } ago)
            throw new LeaseExpiredException($"the lease was last renewed {ago.TotalSeconds:0} s ago: another process may lead");
    }

    private TimeSpan? Expired()
    {
        var settings = options.Value.LeaderElection;
        lock (_lock)
        {
            return settings.Enabled && _renewed is { } renewed && time.GetElapsedTime(renewed) is var ago && ago >= settings.LeaseDuration ? ago : null;
        }
    }
}

/// <summary>A write was held back, because another process may lead by now.</summary>
public sealed class LeaseExpiredException(string message) : Exception(message);
