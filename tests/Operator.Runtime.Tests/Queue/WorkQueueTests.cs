using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Rerank.Operator.Runtime.Queue;
using Rerank.Operator.Runtime.Telemetry;

namespace Rerank.Operator.Runtime.Tests.Queue;

public sealed class WorkQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue<int> _queue;

    public WorkQueueTests() => _queue = NewQueue(_time);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void Add_SameKeyTwice_IsHandedOutOnce()
    {
        _queue.Add(1);
        _queue.Add(1);

        Assert.Equal(1, TakeNow());
        Assert.Null(TakeNow());
    }

    [Fact]
    public void Add_SeveralKeys_AreHandedOutInOrder()
    {
        _queue.Add(2);
        _queue.Add(1);
        _queue.Add(3);

        Assert.Equal([2, 1, 3], [TakeNow(), TakeNow(), TakeNow()]);
    }

    [Fact]
    public void Add_WhileInFlight_RunsOnceMore()
    {
        _queue.Add(1);
        TakeNow();
        _queue.Add(1);
        _queue.Add(1);
        _queue.Add(1);
        Assert.Null(TakeNow());

        _queue.Done(1);
        Assert.Equal(1, TakeNow());
        _queue.Done(1);

        Assert.Null(TakeNow());
    }

    [Fact]
    public void AddAfter_NotDue_WaitsUntilThen()
    {
        _queue.AddAfter(1, TimeSpan.FromSeconds(10));

        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Null(TakeNow());

        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, TakeNow());
    }

    [Theory]
    [InlineData(5, 20)]
    [InlineData(20, 5)]
    public void AddAfter_Twice_TheEarlierWins(int first, int second)
    {
        _queue.AddAfter(1, TimeSpan.FromSeconds(first));
        _queue.AddAfter(1, TimeSpan.FromSeconds(second));

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, TakeNow());
        _queue.Done(1);

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(TakeNow());
    }

    [Fact]
    public void AddAfter_WhileReady_IsOneRun()
    {
        _queue.Add(1);
        _queue.AddAfter(1, TimeSpan.FromSeconds(5));

        Assert.Equal(1, TakeNow());
        _queue.Done(1);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(TakeNow());
    }

    [Fact]
    public void Add_WhileDelayed_RunsNowAndNotAgainLater()
    {
        _queue.AddAfter(1, TimeSpan.FromSeconds(5));
        _queue.Add(1);

        Assert.Equal(1, TakeNow());
        _queue.Done(1);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(TakeNow());
    }

    [Fact]
    public void AddAfter_DueWhileInFlight_RunsAfterDone()
    {
        _queue.Add(1);
        TakeNow();
        _queue.AddAfter(1, TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(TakeNow());

        _queue.Done(1);

        Assert.Equal(1, TakeNow());
    }

    [Fact]
    public void AddAfter_SeveralKeys_EachRunsAtItsTime()
    {
        _queue.AddAfter(3, TimeSpan.FromSeconds(3));
        _queue.AddAfter(1, TimeSpan.FromSeconds(1));
        _queue.AddAfter(2, TimeSpan.FromSeconds(2));

        for (var key = 1; key <= 3; key++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(key, TakeNow());
            Assert.Null(TakeNow());
        }
    }

    [Fact]
    public void AddAfter_LongerThanAnyTimer_RunsAllTheSame()
    {
        _queue.AddAfter(1, TimeSpan.FromDays(100));
        _queue.AddAfter(2, TimeSpan.MaxValue);

        _time.Advance(TimeSpan.FromDays(99));
        Assert.Null(TakeNow());
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(1, TakeNow());
        Assert.Null(TakeNow());
    }

    [Fact]
    public void AddRateLimited_FailuresInARow_WaitsLongerEachTimeUntilForgotten()
    {
        Assert.Equal(50, WaitOfNextRetry());
        Assert.Equal(100, WaitOfNextRetry());
        Assert.Equal(200, WaitOfNextRetry());

        _queue.Forget(1);

        Assert.Equal(50, WaitOfNextRetry());
    }

    [Fact]
    public void Add_MoreUrgent_IsHandedOutFirst()
    {
        _queue.Add(1);
        _queue.Add(2, WorkPriority.High);
        _queue.Add(3);
        _queue.Add(4, WorkPriority.Urgent);

        Assert.Equal([4, 2, 1, 3], [TakeNow(), TakeNow(), TakeNow(), TakeNow()]);
    }

    [Fact]
    public void Add_AgainAndMoreUrgent_TheHighestHoldsAndItRunsOnce()
    {
        _queue.Add(1);
        _queue.Add(2);
        _queue.Add(2, WorkPriority.Urgent);
        _queue.Add(2, WorkPriority.High);

        Assert.Equal([2, 1], [TakeNow(), TakeNow()]);
        Assert.Null(TakeNow());
    }

    [Fact]
    public void Add_UrgentWhileInFlight_RunsAgainBeforeOthers()
    {
        _queue.Add(1);
        TakeNow();
        _queue.Add(2);
        _queue.Add(1, WorkPriority.Urgent);
        _queue.Add(1);

        _queue.Done(1);

        Assert.Equal([1, 2], [TakeNow(), TakeNow()]);
    }

    [Fact]
    public void Add_DelayedAndThenUrgent_RunsNow()
    {
        _queue.AddAfter(1, TimeSpan.FromMinutes(5));
        _queue.Add(2);
        _queue.Add(1, WorkPriority.Urgent);

        Assert.Equal([1, 2], [TakeNow(), TakeNow()]);
    }

    [Fact]
    public void Add_WaitedLongerThanTheHeadStart_RunsBeforeWhatIsMoreUrgent()
    {
        _queue.Add(1);
        _time.Advance(TimeSpan.FromSeconds(31));
        _queue.Add(2, WorkPriority.High);

        Assert.Equal([1, 2], [TakeNow(), TakeNow()]);
    }

    [Fact]
    public void AddAfter_Due_HasThePriorityThatTheKeyHasThen()
    {
        var urgent = 0;
        using var queue = NewQueue(_time, key => key == urgent ? WorkPriority.Urgent : WorkPriority.Normal);
        queue.AddAfter(2, TimeSpan.FromSeconds(1));
        queue.Add(1);
        urgent = 2;
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([2, 1], [TakeNow(queue), TakeNow(queue)]);
    }

    [Fact]
    public void AddRateLimited_MoreThanNormal_WaitsAFewSecondsAtMost()
    {
        using var queue = NewQueue(_time, key => key == 1 ? WorkPriority.High : WorkPriority.Normal);
        foreach (var key in new[] { 1, 2 })
        {
            for (var failures = 0; failures < 20; failures++)
            {
                queue.AddRateLimited(key);
                _time.Advance(TimeSpan.FromMinutes(5));
                TakeNow(queue);
                queue.Done(key);
            }
        }

        queue.AddRateLimited(1);
        queue.AddRateLimited(2);
        _time.Advance(WorkQueue<int>.LongestRetryOfUrgent);

        Assert.Equal(1, TakeNow(queue));
        Assert.Null(TakeNow(queue));
    }

    [Fact]
    public async Task TakeAsync_NothingReady_WaitsForTheNextAdd()
    {
        var taken = _queue.TakeAsync(TestContext.Current.CancellationToken);
        Assert.False(taken.IsCompleted);

        _queue.Add(7);

        Assert.Equal(7, await taken);
    }

    [Fact]
    public async Task ShutDown_WithWaiterAndReadyKeys_HandsOutNothingMore()
    {
        var waiter = _queue.TakeAsync(TestContext.Current.CancellationToken);
        _queue.ShutDown();
        _queue.Add(1);

        Assert.Null(await waiter);
        Assert.Null(await _queue.TakeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Running_KeysInFlight_SaysForHowLong()
    {
        _queue.Add(1);
        TakeNow();
        _time.Advance(TimeSpan.FromSeconds(3));
        _queue.Add(2);
        TakeNow();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(4)), _queue.Running());
        _queue.Done(1);
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), _queue.Running());
    }

    [Fact]
    public void Timer_HundredsOfDelayedKeys_IsOneAndOnlyFiresWhenSomethingIsDue()
    {
        var time = new TimerCounter();
        using var queue = NewQueue(time);
        for (var key = 0; key < 300; key++)
            queue.AddAfter(key, TimeSpan.FromHours(1));

        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal((1, 0), (time.Timers, time.Fired));

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((1, 1), (time.Timers, time.Fired));
    }

    internal static WorkQueue<int> NewQueue(TimeProvider time, Func<int, WorkPriority>? priorityOf = null) => new(
        new Backoff<int>(TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(5)),
        time,
        new QueueMetrics(new RuntimeMetrics(Metrics.NewCustomRegistry()), "test"),
        priorityOf);

    private int? TakeNow() => TakeNow(_queue);

    /// <summary>The key that is handed out at once, or null when a worker would have to wait.</summary>
    internal static int? TakeNow(WorkQueue<int> queue)
    {
        using var noWait = new CancellationTokenSource();
        var taken = queue.TakeAsync(noWait.Token).AsTask();
        if (taken.IsCompleted)
            return taken.GetAwaiter().GetResult();

        noWait.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => taken.GetAwaiter().GetResult());
        return null;
    }

    private int WaitOfNextRetry()
    {
        _queue.AddRateLimited(1);
        for (var waited = 10; ; waited += 10)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            if (TakeNow() is null)
                continue;

            _queue.Done(1);
            return waited;
        }
    }

    private sealed class TimerCounter : FakeTimeProvider
    {
        public int Timers { get; private set; }

        public int Fired { get; private set; }

        public override System.Threading.ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            return base.CreateTimer(
                s =>
                {
                    Fired++;
                    callback(s);
                },
                state,
                dueTime,
                period);
        }
    }
}
