namespace Rerank.Operator.Runtime.Caching;

/// <summary>Waits between tries of one informer: 0.8 s, doubling to 30 s, each up to twice as long at random; short again after 2 quiet minutes.</summary>
internal sealed class RetryDelay(Jitter jitter, TimeProvider time)
{
    private static readonly TimeSpan Initial = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ResetAfter = TimeSpan.FromMinutes(2);

    private TimeSpan _next = Initial;
    private long? _last;

    public TimeSpan Next()
    {
        if (_last is { } last && time.GetElapsedTime(last) > ResetAfter)
            _next = Initial;

        var delay = jitter.Between(_next, _next * 2);
        _next = _next * 2 < Max ? _next * 2 : Max;
        _last = time.GetTimestamp();
        return delay < Max ? delay : Max;
    }
}
