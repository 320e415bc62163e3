using Microsoft.Extensions.Time.Testing;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Scheduling;

/// <summary>Runs that take long, and whose requests are given up meanwhile.</summary>
public class AbandonedRunTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly FakeRunner _runner = new();
    private readonly PairQueue _queue = new(workers: 1, TimeSpan.FromDays(1), new FakeTimeProvider());
    private readonly MicroBatch _batch = new();
    private readonly ModelLane _lane;

    public AbandonedRunTests() => _lane = new ModelLane(_runner, new ExactLengths(256), 0.01);

    [Fact]
    public void Run_ThatNobodyWaitsForAnyMore_IsEnded()
    {
        var job = Enter(100);
        Assert.True(_queue.TryTake(_batch));

        Stop(job);
        Assert.True(_batch.IsAbandoned);
        RunAndComplete();

        Assert.IsType<OperationCanceledException>(job.Completion.Exception!.InnerException);
        Assert.Equal((0, TimeSpan.Zero, 0), (_queue.Pairs, _queue.Backlog, _lane.InFlight.Count));
        Assert.Single(_runner.Runs);
        Assert.Equal(0.01, _lane.SecondsPerToken);
    }

    /// <summary>Else such work would be begun again and again.</summary>
    [Fact]
    public void Run_ThatWasEndedAfterItsTime_IsLearntFrom()
    {
        var job = Enter(100);
        Assert.True(_queue.TryTake(_batch));

        Stop(job);
        _batch.Run();
        _queue.Complete(_batch, TimeSpan.FromSeconds(3));

        Assert.InRange(_lane.Cost.Seconds(100), 1.01, 3);
    }

    [Fact]
    public void Run_ThatAFollowerWaitsFor_GoesOn()
    {
        var job = Enter(100);
        Assert.True(_queue.TryTake(_batch));
        var follower = Enter(100);

        Stop(job);
        Assert.False(_batch.IsAbandoned);
        RunAndComplete();

        Assert.True(follower.Completion.IsCompletedSuccessfully);
        Assert.Single(_runner.Runs);
    }

    [Fact]
    public void Run_WhoseFollowersAreGoneToo_IsEnded()
    {
        var job = Enter(100);
        Assert.True(_queue.TryTake(_batch));
        var follower = Enter(100);

        Stop(job);
        Stop(follower);

        Assert.True(_batch.IsAbandoned);
    }

    [Fact]
    public void Pair_ThatIsWantedAgainAfterItsRunWasEnded_RunsAnew()
    {
        var job = Enter(100);
        Assert.True(_queue.TryTake(_batch));
        Stop(job);
        var late = Enter(100);
        Assert.Equal(TimeSpan.Zero, _queue.Backlog);

        RunAndComplete();
        Assert.False(late.Completion.IsCompleted);
        Assert.True(_queue.TryTake(_batch));
        RunAndComplete();

        Assert.True(late.Completion.IsCompletedSuccessfully);
        Assert.Equal(2, _runner.Runs.Count);
        Assert.Equal((0, TimeSpan.Zero, 0), (_queue.Pairs, _queue.Backlog, _lane.InFlight.Count));
    }

    [Fact]
    public void Run_ThatIsShort_IsLeftAlone()
    {
        var job = Enter(10);
        Assert.True(_queue.TryTake(_batch));

        Stop(job);

        Assert.False(_batch.IsAbandoned);
    }

    private ScoringJob Enter(int length)
    {
        var job = new ScoringJob(_lane, FakePairs.OfLengths(0, length));
        _queue.Enter([job], Patience, priority: 0);
        return job;
    }

    private void Stop(ScoringJob job) => _queue.Stop([job], new OperationCanceledException());

    private void RunAndComplete()
    {
        _batch.Run();
        _queue.Complete(_batch, TimeSpan.FromSeconds(1));
    }
}
