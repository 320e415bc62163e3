using Microsoft.Extensions.Time.Testing;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Scheduling;

public class PairQueueTests
{
    private const double SecondsPerToken = 0.01;

    private readonly FakeRunner _runner = new();
    private readonly ModelLane _lane;

    public PairQueueTests() => _lane = new ModelLane(_runner, new ExactLengths(256), SecondsPerToken);

    [Fact]
    public void Enter_MoreThanTheLimit_IsRefusedUntilThereIsRoom()
    {
        // Two workers: a hundred tokens take half a second.
        var queue = new PairQueue(workers: 2, TimeSpan.FromSeconds(1), new FakeTimeProvider());
        Enter(queue, 0, 80);
        Enter(queue, 1, 90);

        var refused = Assert.Throws<QueueFullException>(() => Enter(queue, 2, 100));
        Assert.Equal(1, refused.RetryAfterSeconds);
        Assert.Equal(TimeSpan.FromSeconds(0.85), queue.Backlog);

        RunOne(queue);
        Enter(queue, 2, 100);
        Assert.Equal((2, TimeSpan.FromSeconds(0.95)), (queue.Pairs, queue.Backlog));
    }

    /// <summary>A self-test, which load must not fail.</summary>
    [Fact]
    public void Enter_OfTheHostItself_IsTakenWhateverWaits()
    {
        var queue = new PairQueue(workers: 1, TimeSpan.FromSeconds(1), new FakeTimeProvider());
        Enter(queue, 0, 100);
        Enter(queue, 500, 100);
        var own = new ScoringJob(_lane, FakePairs.OfLengths(1000, 100));

        Assert.Throws<QueueFullException>(() => queue.Enter([own], TimeSpan.FromSeconds(30), priority: 0));
        queue.Enter([own], TimeSpan.FromSeconds(30), priority: 0, isOwn: true);

        Assert.Equal(3, queue.Pairs);
    }

    /// <summary>However many workers there are, one runs it.</summary>
    [Fact]
    public void Enter_OnePairThatTakesLongerThanIsLeft_IsRefused()
    {
        var queue = new PairQueue(workers: 16, TimeSpan.FromSeconds(60), new FakeTimeProvider());
        queue.Enter([new ScoringJob(_lane, FakePairs.OfLengths(0, Enumerable.Repeat(100, 40)))], TimeSpan.FromSeconds(30), priority: -999);
        var late = new ScoringJob(_lane, FakePairs.OfLengths(1000, 500));

        Assert.Throws<QueueFullException>(() => queue.Enter([late], TimeSpan.FromSeconds(4), priority: 0));
        queue.Enter([late], TimeSpan.FromSeconds(9), priority: 0);
    }

    [Fact]
    public void Enter_LargerThanTheQueue_TakesHalfOfIt()
    {
        var queue = new PairQueue(workers: 1, TimeSpan.FromSeconds(2), new FakeTimeProvider());
        var large = Enter(queue, 0, [.. Enumerable.Repeat(100, 50)]);
        Enter(queue, 1000, 100);
        var refused = Assert.Throws<QueueFullException>(() => Enter(queue, 2000, [.. Enumerable.Repeat(100, 20)]));

        Assert.Equal(1, refused.RetryAfterSeconds);
        Assert.Throws<QueueFullException>(queue.CheckRoom);
        while (queue.Pairs > 0)
            RunOne(queue);
        Assert.True(large.Completion.IsCompletedSuccessfully);
        Assert.Equal(TimeSpan.Zero, queue.Backlog);
    }

    [Fact]
    public void RetryAfter_IsTheTimeUntilThereIsRoom()
    {
        var queue = new PairQueue(workers: 1, TimeSpan.FromSeconds(20), new FakeTimeProvider());
        Enter(queue, 0, [.. Enumerable.Repeat(100, 10)]);
        Enter(queue, 1000, [.. Enumerable.Repeat(100, 8)]);

        Assert.Equal(6, Assert.Throws<QueueFullException>(() => Enter(queue, 2000, [.. Enumerable.Repeat(100, 8)])).RetryAfterSeconds);
    }

    [Fact]
    public void Enter_SeveralJobsOfWhichOneHasNoRoom_TakesNoneOfThem()
    {
        var queue = new PairQueue(workers: 1, TimeSpan.FromSeconds(4), new FakeTimeProvider());
        Enter(queue, 0, 100);
        Enter(queue, 1, 100);
        Enter(queue, 2, 100);
        ScoringJob[] request = [new(_lane, FakePairs.OfLengths(1000, 70)), new(_lane, FakePairs.OfLengths(2000, 70))];

        Assert.Throws<QueueFullException>(() => queue.Enter(request, TimeSpan.FromSeconds(30), priority: 0));

        Assert.Equal((3, TimeSpan.FromSeconds(3)), (queue.Pairs, queue.Backlog));
        queue.Enter(request[..1], TimeSpan.FromSeconds(30), priority: 0);
        Assert.Equal(4, queue.Pairs);
    }

    [Fact]
    public void Enter_SeveralJobsLargerThanTheQueue_TakeHalfOfItTogether()
    {
        var queue = new PairQueue(workers: 1, TimeSpan.FromSeconds(2), new FakeTimeProvider());
        ScoringJob[] request = [.. Enumerable.Range(0, 20).Select(i => new ScoringJob(_lane, FakePairs.OfLengths(1000 * i, 100)))];
        queue.Enter(request, TimeSpan.FromSeconds(30), priority: 0);

        Assert.Equal(TimeSpan.FromSeconds(1), queue.Backlog);
        Enter(queue, 100_000, 90);
        while (queue.Pairs > 0)
            RunOne(queue);
        Assert.Equal(TimeSpan.Zero, queue.Backlog);
    }

    [Fact]
    public async Task RunAsync_SeveralJobsOfWhichOneFails_TakesTheOthersOut()
    {
        _runner.Failing.Add(0);
        var queue = new PairQueue(workers: 1, TimeSpan.FromDays(1), new FakeTimeProvider());
        ScoringJob[] request = [new(_lane, FakePairs.OfLengths(0, 90)), new(_lane, FakePairs.OfLengths(100, [.. Enumerable.Repeat(80, 20)]))];
        var running = queue.RunAsync(request, TimeSpan.FromSeconds(60), priority: 0, TestContext.Current.CancellationToken);

        RunOne(queue);

        Assert.Equal("no 0", (await Assert.ThrowsAsync<InvalidOperationException>(() => running)).Message);
        Assert.Equal((0, TimeSpan.Zero, 0), (queue.Pairs, queue.Backlog, _lane.InFlight.Count));
        Assert.Single(_runner.Runs);
    }

    [Fact]
    public void Enter_PairsThatComeTwice_CountOnce()
    {
        var queue = new PairQueue(workers: 1, TimeSpan.FromSeconds(4), new FakeTimeProvider());
        Enter(queue, 0, 125);
        Enter(queue, 1, 125);

        // Once it is a second's work, for which there is room, and twice it would be more than there is.
        queue.Enter([new ScoringJob(_lane, new FakePairs((100, 9), (100, 9)))], TimeSpan.FromSeconds(30), priority: 0);

        Assert.Equal(TimeSpan.FromSeconds(3.5), queue.Backlog);
    }

    [Fact]
    public async Task RunAsync_Cancelled_EndsOnceNothingOfItRuns()
    {
        var queue = new PairQueue(workers: 1, TimeSpan.FromDays(1), new FakeTimeProvider());
        using var cancellation = new CancellationTokenSource();
        var job = new ScoringJob(_lane, FakePairs.OfLengths(0, 30, 20, 10));
        var running = queue.RunAsync([job], TimeSpan.FromSeconds(1), priority: 0, cancellation.Token);
        var batch = new MicroBatch();
        Assert.True(queue.TryTake(batch));

        await cancellation.CancelAsync();
        Assert.False(running.IsCompleted);
        batch.Run();
        queue.Complete(batch, TimeSpan.FromSeconds(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(queue.TryTake(batch));
        Assert.Equal((0, TimeSpan.Zero, 0), (queue.Pairs, queue.Backlog, _lane.InFlight.Count));
    }

    [Fact]
    public void Batch_ThatFails_IsRunPairByPair_AndOnlyThoseAtFaultFail()
    {
        _runner.Failing.Add(1);
        var queue = new PairQueue(workers: 1, TimeSpan.FromDays(1), new FakeTimeProvider());
        var lane = new ModelLane(_runner, new ExactLengths(256), secondsPerToken: 0.0001);
        var failing = Enter(queue, lane, 0, 50, 50, 10, 10, 10, 10, 10, 10, 10, 10);
        var fine = Enter(queue, lane, 100, [50, 50, .. Enumerable.Repeat(10, 20)]);

        while (queue.Pairs > 0)
            RunOne(queue);

        Assert.Contains([0, 1, 100, 101], _runner.Runs);
        Assert.Equal("no 1", failing.Completion.Exception!.InnerException!.Message);
        Assert.True(fine.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void Close_EndsWhatWaits_AndTakesNoMore()
    {
        var queue = new PairQueue(workers: 1, TimeSpan.FromDays(1), new FakeTimeProvider());
        var running = Enter(queue, 0, 300);
        var batch = new MicroBatch();
        Assert.True(queue.TryTake(batch));
        var waiting = Enter(queue, 1, 300);

        queue.Close();
        batch.Run();
        queue.Complete(batch, TimeSpan.Zero);

        Assert.True(running.Completion.IsCompletedSuccessfully);
        Assert.IsType<QueueClosedException>(waiting.Completion.Exception!.InnerException);
        Assert.Throws<QueueClosedException>(() => Enter(queue, 2, 1));
        Assert.False(queue.Take(batch));
    }

    [Fact]
    public void Observe_MovesTheCostOfATokenTowardsWhatIsMeasured()
    {
        var queue = new PairQueue(workers: 1, TimeSpan.FromDays(1), new FakeTimeProvider());
        for (var i = 0; i < 200; i++)
        {
            Enter(queue, i, 100);
            RunOne(queue, TimeSpan.FromSeconds(2));
        }

        Assert.Equal(0.02, _lane.SecondsPerToken, tolerance: 0.0001);
    }

    /// <summary>Whatever comes, leaves, fails and is the same: every answer is right, and nothing stays behind.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomRequests_AllEndRight_AndNothingStays(int seed)
    {
        var random = new Random(seed);
        _runner.Failing.UnionWith(Enumerable.Range(0, 5).Select(_ => random.Next(400)));
        var workers = new SimulatedWorkers(random.Next(1, 5), SimulatedWorkers.PerToken(TimeSpan.FromMicroseconds(random.Next(50, 500))));
        var stopped = new HashSet<SimulatedRequest>();
        for (var i = 0; i < 300; i++)
        {
            var pairs = new FakePairs(Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(400)).Select(content => (10 + (content % 40), content)));
            var request = workers.Send(TimeSpan.FromMilliseconds(random.Next(2000)), _lane, pairs, random.Next(-5, 50), TimeSpan.FromMilliseconds(random.Next(10, 20_000)));
            if (random.Next(4) == 0)
                workers.At(request.Arrival + TimeSpan.FromMilliseconds(random.Next(300)), () => Stop(request));
        }

        workers.Run();

        foreach (var request in workers.Requests.Where(r => r.Refused is null))
        {
            Assert.True(request.Job.Completion.IsCompleted);
            var pairs = (FakePairs)request.Job.Pairs;
            var asked = Enumerable.Range(0, pairs.Count).Select(pairs.Content);
            if (request.Job.Completion.IsCompletedSuccessfully)
                request.AssertRight();
            else
                Assert.True(stopped.Contains(request) || asked.Any(_runner.Failing.Contains));
        }

        Assert.InRange(workers.Requests.Count(r => r.Job.Completion.IsCompletedSuccessfully), 50, 300);
        Assert.Equal((0, TimeSpan.Zero, 0), (workers.Queue.Pairs, workers.Queue.Backlog, _lane.InFlight.Count));
        Assert.Empty(_lane.Jobs);

        void Stop(SimulatedRequest request)
        {
            if (request.Refused is not null)
                return;
            stopped.Add(request);
            workers.Queue.Stop([request.Job], new OperationCanceledException());
        }
    }

    private static void RunOne(PairQueue queue, TimeSpan elapsed = default)
    {
        var batch = new MicroBatch();
        Assert.True(queue.TryTake(batch));
        batch.Run();
        queue.Complete(batch, elapsed);
    }

    private ScoringJob Enter(PairQueue queue, int firstContent, params int[] lengths) => Enter(queue, _lane, firstContent, lengths);

    private static ScoringJob Enter(PairQueue queue, ModelLane lane, int firstContent, params int[] lengths)
    {
        var job = new ScoringJob(lane, FakePairs.OfLengths(firstContent, lengths));
        queue.Enter([job], TimeSpan.FromSeconds(30), priority: 0);
        return job;
    }

    [Theory]
    [InlineData(2.0)]
    [InlineData(3.0)]
    public void Enter_MoreThanCanBeDoneInTime_WorkersDoWhatIsStillWaitedFor(double load)
    {
        const int Workers = 2;
        var (token, timeLeft, end) = (TimeSpan.FromMicroseconds(50), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
        var workers = new SimulatedWorkers(Workers, SimulatedWorkers.PerToken(token), limit: TimeSpan.FromSeconds(10));
        var lane = new ModelLane(_runner, ExactLengths.Alone, token.TotalSeconds);
        var random = new Random(1);
        var (content, arrival) = (0, TimeSpan.Zero);
        while (arrival < end)
        {
            // 100 pairs of some length, as rerankers get them.
            var length = 40 + random.Next(160);
            var pairs = new FakePairs(Enumerable.Range(0, 100).Select(_ => (length, content++)));
            var request = workers.Send(arrival, lane, pairs, timeLeft: timeLeft);
            workers.At(arrival + timeLeft, () =>
            {
                if (request.Refused is null && !request.Job.Completion.IsCompleted)
                    workers.Queue.Stop([request.Job], new OperationCanceledException());
            });
            arrival += token * (100 * length) / (Workers * load);
        }

        workers.Run();

        var useful = workers.Requests.Where(r => r.Job.Completion.IsCompletedSuccessfully).Sum(r => (double)r.Job.Pairs.Count * ((FakePairs)r.Job.Pairs).Length(0));
        Assert.InRange(useful * token.TotalSeconds / (Workers * end.TotalSeconds), 0.9, 1.1);
        Assert.Contains(workers.Requests, r => r.Refused is { RetryAfterSeconds: 1 });
    }

    [Fact]
    public void Enter_EqualRequests_TakeTheRoomOfOne()
    {
        var workers = new SimulatedWorkers(1, SimulatedWorkers.PerToken(TimeSpan.FromMilliseconds(1)), limit: TimeSpan.FromSeconds(1));
        var lane = new ModelLane(_runner, ExactLengths.Alone, 0.001);
        for (var i = 0; i < 20; i++)
            workers.Send(TimeSpan.Zero, lane, new FakePairs((100, 1), (100, 2)), timeLeft: TimeSpan.FromSeconds(1));

        workers.Run();

        Assert.All(workers.Requests, request => request.AssertRight());
        Assert.Equal(TimeSpan.Zero, workers.Queue.Backlog);
    }

    [Fact]
    public void Enter_LittleTimeAndOnlyPatientWorkBefore_IsTaken()
    {
        var workers = new SimulatedWorkers(1, SimulatedWorkers.PerToken(TimeSpan.FromMilliseconds(1)));
        var lane = new ModelLane(_runner, ExactLengths.Alone, 0.001);
        for (var i = 0; i < 5; i++)
            workers.Send(TimeSpan.Zero, lane, new FakePairs(Enumerable.Range(0, 10).Select(pair => (100, 100 * i + pair))));

        var urgent = workers.Send(TimeSpan.FromMilliseconds(1), lane, new FakePairs([(100, 10_000)]), timeLeft: TimeSpan.FromSeconds(1.5));
        workers.Run();

        Assert.Null(urgent.Refused);
        Assert.InRange(urgent.Took, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
    }
}
