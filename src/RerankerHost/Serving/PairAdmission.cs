namespace Rerank.RerankerHost.Serving;

/// <summary>Bounds the pairs that are waiting or being scored, and knows how fast they go.</summary>
internal sealed class PairAdmission(int limit, TimeProvider time)
{
    private const int WindowSeconds = 10;
    private const int LongestRetrySeconds = 60;

    private readonly Lock _lock = new();
    private readonly long[] _scored = new long[WindowSeconds];
    private readonly long _start = time.GetTimestamp();
    private long _second;
    private int _pending;

    public int Pending => Volatile.Read(ref _pending);

    public bool TryEnter(int pairs)
    {
        lock (_lock)
        {
            if (_pending + pairs > limit)
                return false;
            _pending += pairs;
            return true;
        }
    }

    /// <param name="scored">How many of them got a score; the rest was dropped.</param>
    public void Leave(int pairs, int scored)
    {
        lock (_lock)
        {
            Advance();
            _pending -= pairs;
            _scored[_second % WindowSeconds] += scored;
        }
    }

    /// <summary>When half of what is pending should be done, at the rate of the last seconds.</summary>
    public int RetryAfterSeconds()
    {
        lock (_lock)
        {
            Advance();
            var scored = _scored.Sum();
            if (scored == 0)
                return 1;
            var perSecond = scored / (double)Math.Min(_second + 1, WindowSeconds);
            return (int)Math.Clamp(Math.Ceiling(_pending / 2.0 / perSecond), 1, LongestRetrySeconds);
        }
    }

    private void Advance()
    {
        var now = (long)time.GetElapsedTime(_start).TotalSeconds;
        for (var s = Math.Max(_second + 1, now - WindowSeconds + 1); s <= now; s++)
            _scored[s % WindowSeconds] = 0;
        _second = now;
    }
}
