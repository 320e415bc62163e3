using System.Threading.Channels;
using Rerank.Operator.Runtime.Telemetry;

namespace Rerank.Operator.Runtime.Queue;

/// <summary>
/// Keys that wait for a worker. A key is in flight at most once; adds meanwhile make for one more run; a key is never both ready and
/// delayed; nothing is dropped before <see cref="ShutDown"/>. What is urgent runs first, by a head start over what became ready before it: so nothing waits for ever.
/// </summary>
internal sealed class WorkQueue<TKey> : IWorkInFlight, IDisposable
    where TKey : struct
{
    // Longer waits are cut in pieces: timers take at most 49 days.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    /// <summary>Longest delay after failures of a key that is more than normal.</summary>
    public static readonly TimeSpan LongestRetryOfUrgent = TimeSpan.FromSeconds(5);

    private readonly Backoff<TKey> _backoff;
    private readonly Func<TKey, WorkPriority> _priorityOf;
    private readonly TimeProvider _time;
    private readonly QueueMetrics _metrics;
    private readonly long _start;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();

    // One item for each ready key: what workers wait for. Which key it is, the order says.
    private readonly Channel<bool> _ready = Channel.CreateUnbounded<bool>();
    private readonly Dictionary<TKey, Ready> _isReady = [];

    // By the moment a key became ready, less its head start. May hold entries of a lower priority than the key has by now; they are skipped.
    private readonly PriorityQueue<(TKey Key, WorkPriority Priority), (TimeSpan Since, long Number)> _byTurn = new();
    private long _made;
    private readonly Dictionary<TKey, Flight> _inFlight = [];
    private readonly Dictionary<TKey, TimeSpan> _due = [];

    // May hold entries that _due no longer agrees with; they are skipped when they come up.
    private readonly PriorityQueue<TKey, TimeSpan> _byDue = new();
    private bool _shutDown;

    /// <param name="priorityOf">Of a key that becomes ready; null when all are alike.</param>
    public WorkQueue(Backoff<TKey> backoff, TimeProvider time, QueueMetrics metrics, Func<TKey, WorkPriority>? priorityOf = null)
    {
        _backoff = backoff;
        _priorityOf = priorityOf ?? (_ => WorkPriority.Normal);
        _time = time;
        _metrics = metrics;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Runs the key as soon as there is a worker. A later time that was set for it is off.</summary>
    /// <param name="priority">At least; of several that are pending, the highest holds.</param>
    public void Add(TKey key, WorkPriority priority = WorkPriority.Normal)
    {
        lock (_lock)
        {
            if (!_shutDown)
                MakeReady_NeedsLock(key, priority);
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
    public void AddRateLimited(TKey key) => AddAfter(key, _backoff.Next(key, _priorityOf(key) > WorkPriority.Normal ? LongestRetryOfUrgent : null));

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

                if (!_ready.Reader.TryRead(out _))
                    continue;

                var now = Now;
                var key = Next_NeedsLock();
                _isReady.Remove(key, out var ready);
                _inFlight.Add(key, new Flight(now, RunAgain: null));
                _metrics.Taken(now - ready.Since, _isReady.Count);
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
            if (flight.RunAgain is { } priority && !_shutDown)
                MakeReady_NeedsLock(key, priority);
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
        _isReady.ContainsKey(key) || (_inFlight.TryGetValue(key, out var flight) && flight.RunAgain is not null);

    private void MakeReady_NeedsLock(TKey key, WorkPriority atLeast = WorkPriority.Normal)
    {
        _due.Remove(key);
        var priority = Higher(atLeast, _priorityOf(key));
        if (_inFlight.TryGetValue(key, out var flight))
        {
            _inFlight[key] = flight with { RunAgain = Higher(priority, flight.RunAgain ?? priority) };
            return;
        }

        if (_isReady.TryGetValue(key, out var ready))
        {
            if (priority > ready.Priority)
                Order_NeedsLock(key, ready with { Priority = priority });
            return;
        }

        Order_NeedsLock(key, new(Now, priority));
        _metrics.Added(_isReady.Count);
        _ready.Writer.TryWrite(true);
    }

    private void Order_NeedsLock(TKey key, Ready ready)
    {
        _isReady[key] = ready;
        _byTurn.Enqueue((key, ready.Priority), (ready.Since - HeadStart(ready.Priority), _made++));
    }

    private TKey Next_NeedsLock()
    {
        while (true)
        {
            var (key, priority) = _byTurn.Dequeue();
            if (_isReady.TryGetValue(key, out var ready) && ready.Priority == priority)
                return key;
        }
    }

    private static WorkPriority Higher(WorkPriority one, WorkPriority other) => one > other ? one : other;

    private static TimeSpan HeadStart(WorkPriority priority) => priority switch
    {
        WorkPriority.Urgent => TimeSpan.FromMinutes(10),
        WorkPriority.High => TimeSpan.FromSeconds(30),
        _ => TimeSpan.Zero,
    };

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

    private readonly record struct Ready(TimeSpan Since, WorkPriority Priority);

    /// <param name="RunAgain">Null when nothing was added meanwhile.</param>
    private readonly record struct Flight(TimeSpan Since, WorkPriority? RunAgain);
}
