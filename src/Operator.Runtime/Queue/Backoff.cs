namespace Rerank.Operator.Runtime.Queue;

/// <summary>Delay of a key that failed: doubles with each failure in a row. Safe for concurrent use.</summary>
internal sealed class Backoff<TKey>(TimeSpan initial, TimeSpan max)
    where TKey : struct
{
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Lock _lock = new();

    /// <summary>Counts a failure and says how long to wait.</summary>
    public TimeSpan Next(TKey key)
    {
        lock (_lock)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;

            var ticks = initial.Ticks * Math.Pow(2, failures);
            return ticks < max.Ticks ? TimeSpan.FromTicks((long)ticks) : max;
        }
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
