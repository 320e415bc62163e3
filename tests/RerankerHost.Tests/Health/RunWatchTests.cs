using Microsoft.Extensions.Time.Testing;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Health;

public sealed class RunWatchTests
{
    private static readonly ServeOptions Options = new() { RunTimeout = TimeSpan.FromSeconds(120) };

    private readonly FakeTimeProvider _time = new();
    private readonly RunWatches _watches;

    public RunWatchTests() => _watches = new RunWatches(Options, _time);

    /// <summary>A candidate that is slow to warm up, or hangs, must not take the process of those that serve with it: the next one would only load it again.</summary>
    [Theory]
    [InlineData(false, false, 24, false)]
    [InlineData(false, true, 3, false)]
    [InlineData(false, true, 5, true)]
    [InlineData(true, false, 5, false)]
    [InlineData(true, false, 21, true)]
    [InlineData(true, true, 5, true)]
    public async Task Overdue_OfARunThatDoesNotEnd_GoesByWhoWaitsForIt(bool isNeeded, bool isOnWorkers, int minutes, bool expected)
    {
        var watch = _watches.Add(mark: null, () => isNeeded);
        watch.IsOnWorkers = isOnWorkers;
        using var run = new Run(watch);
        await run.Begun;

        _time.Advance(TimeSpan.FromMinutes(minutes));

        Assert.Equal(expected, _watches.Overdue(times: 2) is not null);
    }

    [Fact]
    public async Task WhenIdle_WhileARunIsUnderWay_FreesAfterItInOrder()
    {
        var watch = _watches.Add(mark: null, () => true);
        var freed = new List<string>();
        using var run = new Run(watch);
        await run.Begun;

        watch.WhenIdle(() => freed.Add("session"));
        watch.WhenIdle(() => freed.Add("mark"));
        Assert.Empty(freed);
        run.End();

        await Eventually.Passes(() => Assert.Equal(["session", "mark"], freed.ToArray()), TestContext.Current.CancellationToken);
        watch.WhenIdle(() => freed.Add("later"));
        await Eventually.Passes(() => Assert.Equal("later", freed.ToArray()[^1]), TestContext.Current.CancellationToken);
    }

    /// <summary>One run of a watched model, on a thread of its own.</summary>
    private sealed class Run : IBatchRunner, IDisposable
    {
        private readonly ManualResetEventSlim _gate = new();
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _run;

        public Run(RunWatch watch)
        {
            var watched = watch.Watch(this, () => { });
            _run = Task.Factory.StartNew(() => watched.Run([], 0, 0, [], CancellationToken.None), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        public Task Begun => _begun.Task;

        void IBatchRunner.Run(ReadOnlySpan<PairRef> pairs, int rows, int columns, Span<float> logits, CancellationToken abandoned)
        {
            _begun.TrySetResult();
            _gate.Wait(CancellationToken.None);
        }

        public void End() => _gate.Set();

        public void Dispose()
        {
            _gate.Set();
            _run.Wait(CancellationToken.None);
            _gate.Dispose();
        }
    }
}
