namespace Rerank.Operator.Runtime.Queue;

/// <summary>Delay of a key that failed: doubles with each failure in a row. Safe for concurrent use.</summary>
/// <param name="jitter">Takes up to a fifth off each delay, so that what failed together doesn't come back together; null takes nothing.</param>
internal sealed class Backoff<TKey>(TimeSpan initial, TimeSpan max, Jitter? jitter = null)
    where TKey : struct
{
    private const double Spread = 0.2;

    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Lock _lock = new();

    /// <summary>Counts a failure and says how long to wait.</summary>
    /// <param name="longest">Of this delay; null for the longest of all.</param>
    public TimeSpan Next(TKey key, TimeSpan? longest = null)
    {
        TimeSpan delay;
        lock (_lock)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;

            var most = longest < max ? longest.Value : max;
            var ticks = initial.Ticks * Math.Pow(2, failures);
            delay = ticks < most.Ticks ? TimeSpan.FromTicks((long)ticks) : most;
        }

        return jitter?.Between(delay * (1 - Spread), delay) ?? delay;
    }

    public int Failures(TKey key)
    {
        lock (_lock)
        {
            return _failures.GetValueOrDefault(key);
        }
    }

    public void Forget(TKey key)
    {
        lock (_lock)
        {
            _failures.Remove(key);
        }
    }
}
