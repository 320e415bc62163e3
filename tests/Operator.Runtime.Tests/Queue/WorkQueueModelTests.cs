using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Runtime.Queue;

namespace Rerank.Operator.Runtime.Tests.Queue;

/// <summary>Random sequences of calls against a queue that is written for clarity alone, and many threads at once.</summary>
public sealed class WorkQueueModelTests
{
    private const int Keys = 5;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void AnySequence_OfCalls_MatchesTheModel(int seed)
    {
        var random = new Random(seed);
        var time = new FakeTimeProvider();
        using var queue = WorkQueueTests.NewQueue(time);
        var model = new Model();

        for (var step = 0; step < 400; step++)
        {
            var key = random.Next(Keys);
            switch (random.Next(6))
            {
                case 0:
                    queue.Add(key);
                    model.Add(key);
                    break;
                case 1:
                    // No two fall due at the same moment: their order would be open.
                    var delay = TimeSpan.FromSeconds(random.Next(1, 30)) + TimeSpan.FromMilliseconds(step);
                    queue.AddAfter(key, delay);
                    model.AddAfter(key, delay);
                    break;
                case 2:
                    var seconds = random.Next(1, 15);
                    time.Advance(TimeSpan.FromSeconds(seconds));
                    model.Advance(TimeSpan.FromSeconds(seconds));
                    break;
                case 3 or 4:
                    Assert.Equal(model.Take(), WorkQueueTests.TakeNow(queue));
                    break;
                default:
                    queue.Done(key);
                    model.Done(key);
                    break;
            }
        }

        // Nothing was dropped: what the model still owes, the queue hands out.
        time.Advance(TimeSpan.FromSeconds(30));
        for (var key = 0; key < Keys; key++)
            queue.Done(key);
        Assert.Equal(model.Owed().Order(), Drain(queue).Order());
    }

    [Fact]
    public async Task ManyThreads_AddAndWork_NoKeyRunsTwiceAtOnceAndTheLastAddIsSeen()
    {
        using var queue = WorkQueueTests.NewQueue(TimeProvider.System);
        var wanted = new int[Keys];
        var seen = new int[Keys];
        var running = new int[Keys];
        var overlaps = new ConcurrentBag<int>();

        var workers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (await queue.TakeAsync(CancellationToken.None) is { } key)
            {
                if (Interlocked.Increment(ref running[key]) > 1)
                    overlaps.Add(key);
                Volatile.Write(ref seen[key], Volatile.Read(ref wanted[key]));
                await Task.Yield();
                Interlocked.Decrement(ref running[key]);
                queue.Done(key);
            }
        })).ToArray();
        var adders = Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 5000; i++)
            {
                var key = random.Next(Keys);
                Interlocked.Increment(ref wanted[key]);
                if (random.Next(2) == 0)
                    queue.Add(key);
                else
                    queue.AddAfter(key, TimeSpan.FromMilliseconds(random.Next(1, 5)));
            }
        })).ToArray();

        await Task.WhenAll(adders);
        await TestKit.Eventually.True(() => seen.SequenceEqual(wanted), TestContext.Current.CancellationToken);
        queue.ShutDown();
        await Task.WhenAll(workers);

        Assert.Empty(overlaps);
    }

    private static List<int> Drain(WorkQueue<int> queue)
    {
        var keys = new List<int>();
        while (WorkQueueTests.TakeNow(queue) is { } key)
            keys.Add(key);
        return keys;
    }

    private sealed class Model
    {
        private readonly List<int> _ready = [];
        private readonly Dictionary<int, bool> _inFlight = [];
        private readonly List<(TimeSpan Due, int Key)> _delayed = [];
        private TimeSpan _now;

        public void Add(int key)
        {
            _delayed.RemoveAll(d => d.Key == key);
            if (_inFlight.ContainsKey(key))
                _inFlight[key] = true;
            else if (!_ready.Contains(key))
                _ready.Add(key);
        }

        public void AddAfter(int key, TimeSpan delay)
        {
            if (_ready.Contains(key) || (_inFlight.TryGetValue(key, out var again) && again))
                return;

            var due = _now + delay;
            if (_delayed.Any(d => d.Key == key && d.Due <= due))
                return;

            _delayed.RemoveAll(d => d.Key == key);
            _delayed.Add((due, key));
        }

        public void Advance(TimeSpan time)
        {
            _now += time;
            foreach (var (_, key) in _delayed.Where(d => d.Due <= _now).Order().ToArray())
                Add(key);
        }

        public int? Take()
        {
            if (_ready.Count == 0)
                return null;

            var key = _ready[0];
            _ready.RemoveAt(0);
            _inFlight.Add(key, false);
            return key;
        }

        public void Done(int key)
        {
            if (_inFlight.Remove(key, out var again) && again)
                _ready.Add(key);
        }

        public IEnumerable<int> Owed() =>
            _ready.Concat(_delayed.Select(d => d.Key)).Concat(_inFlight.Where(f => f.Value).Select(f => f.Key)).Distinct();
    }
}
