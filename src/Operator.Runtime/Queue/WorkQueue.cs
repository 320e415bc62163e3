using System.Threading.Channels;
using Rerank.Operator.Runtime.Telemetry;

namespace Rerank.Operator.Runtime.Queue;

/// <summary>
/// Keys that wait for a worker. A key is in flight at most once; adds meanwhile make for one more run; a key is never both ready and
/// delayed; nothing is dropped before <see cref="ShutDown"/>.
/// </summary>
internal sealed class WorkQueue<TKey> : IWorkInFlight, IDisposable
    where TKey : struct
{
    // Longer waits are cut in pieces: timers take at most 49 days.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Backoff<TKey> _backoff;
    private readonly TimeProvider _time;
    private readonly QueueMetrics _metrics;
    private readonly long _start;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly Dictionary<TKey, TimeSpan> _readySince = [];
    private readonly Dictionary<TKey, Flight> _inFlight = [];
    private readonly Dictionary<TKey, TimeSpan> _due = [];

    // May hold entries that _due no longer agrees with; they are skipped when they come up.
    private readonly PriorityQueue<TKey, TimeSpan> _byDue = new();
    private bool _shutDown;

    public WorkQueue(Backoff<TKey> backoff, TimeProvider time, QueueMetrics metrics)
    {
        _backoff = backoff;
        _time = time;
        _metrics = metrics;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Runs the key as soon as there is a worker. A later time that was set for it is off.</summary>
    public void Add(TKey key)
    {
        lock (_lock)
        {
            if (!_shutDown)
                MakeReady_NeedsLock(key);
        }
    }

    /// <summary>Runs the key after a while. The earliest of several wins, and a key that is ready stays so.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        lock (_lock)
        {
            if (_shutDown)
                return;

            _metrics.Retried();
            if (IsReady_NeedsLock(key))
                return;

            var now = Now;
            var due = delay < TimeSpan.MaxValue - now ? now + delay : TimeSpan.MaxValue;
            if (_due.TryGetValue(key, out var earlier) && earlier <= due)
                return;

            _due[key] = due;
            _byDue.Enqueue(key, due);
            ArmTimer_NeedsLock(now);
        }
    }

    /// <summary>Runs the key after its back-off.</summary>
    public void AddRateLimited(TKey key) => AddAfter(key, _backoff.Next(key));

    /// <summary>The key is well: its next back-off is the shortest.</summary>
    public void Forget(TKey key) => _backoff.Forget(key);

    public int Failures(TKey key) => _backoff.Failures(key);

    /// <summary>Waits for a key and marks it in flight. Null after <see cref="ShutDown"/>.</summary>
    public async ValueTask<TKey?> TakeAsync(CancellationToken cancellationToken)
    {
        while (await _ready.Reader.WaitToReadAsync(cancellationToken))
        {
            lock (_lock)
            {
                if (_shutDown)
                    return null;

                if (!_ready.Reader.TryRead(out var key))
                    continue;

                var now = Now;
                _readySince.Remove(key, out var since);
                _inFlight.Add(key, new Flight(now, RunAgain: false));
                _metrics.Taken(now - since, _readySince.Count);
                return key;
            }
        }

        return null;
    }

    /// <summary>The key that was taken is done. It is ready again at once if it was added meanwhile.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (!_inFlight.Remove(key, out var flight))
                return;

            _metrics.Done(Now - flight.Since);
            if (flight.RunAgain && !_shutDown)
                MakeReady_NeedsLock(key);
        }
    }

    /// <summary>Hands out no more keys; what waits is given up.</summary>
    public void ShutDown()
    {
        lock (_lock)
        {
            _shutDown = true;
            _due.Clear();
            _byDue.Clear();
            _ready.Writer.TryComplete();
        }
    }

    public (TimeSpan Sum, TimeSpan Longest) Running()
    {
        lock (_lock)
        {
            var (sum, longest, now) = (TimeSpan.Zero, TimeSpan.Zero, Now);
            foreach (var flight in _inFlight.Values)
            {
                sum += now - flight.Since;
                longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, (now - flight.Since).Ticks));
            }

            return (sum, longest);
        }
    }

    public void Dispose()
    {
        ShutDown();
        _timer.Dispose();
    }

    private bool IsReady_NeedsLock(TKey key) =>
        _readySince.ContainsKey(key) || (_inFlight.TryGetValue(key, out var flight) && flight.RunAgain);

    private void MakeReady_NeedsLock(TKey key)
    {
        _due.Remove(key);
        if (IsReady_NeedsLock(key))
            return;

        if (_inFlight.TryGetValue(key, out var flight))
        {
            _inFlight[key] = flight with { RunAgain = true };
            return;
        }

        _readySince.Add(key, Now);
        _metrics.Added(_readySince.Count);
        _ready.Writer.TryWrite(key);
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (_shutDown)
                return;

            var now = Now;
            while (_byDue.TryPeek(out var key, out var due) && due <= now)
            {
                _byDue.Dequeue();
                if (_due.TryGetValue(key, out var current) && current == due)
                    MakeReady_NeedsLock(key);
            }

            ArmTimer_NeedsLock(now);
        }
    }

    private void ArmTimer_NeedsLock(TimeSpan now)
    {
        while (_byDue.TryPeek(out var key, out var due))
        {
            if (!_due.TryGetValue(key, out var current) || current != due)
            {
                _byDue.Dequeue();
                continue;
            }

            // Timers may fire a little early; never spin on a wait that rounds to nothing.
            var wait = Math.Clamp((due - now).Ticks, TimeSpan.TicksPerMillisecond, LongestTimer.Ticks);
            _timer.Change(TimeSpan.FromTicks(wait), Timeout.InfiniteTimeSpan);
            return;
        }
    }

    private readonly record struct Flight(TimeSpan Since, bool RunAgain);
}
