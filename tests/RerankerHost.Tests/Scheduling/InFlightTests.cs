using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Scheduling;

/// <summary>The same pair wanted by several requests at once.</summary>
public class InFlightTests
{
    private static readonly TimeSpan Token = TimeSpan.FromMilliseconds(1);

    private readonly FakeRunner _runner = new();
    private readonly ModelLane _lane;
    private readonly SimulatedWorkers _workers = new(1, SimulatedWorkers.PerToken(Token));

    public InFlightTests() => _lane = new ModelLane(_runner, new ExactLengths(100), Token.TotalSeconds);

    [Fact]
    public void SamePair_OfTwoRequests_RunsOnce()
    {
        var first = _workers.Send(TimeSpan.Zero, _lane, new FakePairs((50, 1), (40, 2)));
        var second = _workers.Send(TimeSpan.FromMilliseconds(10), _lane, new FakePairs((50, 1), (40, 2), (30, 3)));

        _workers.Run();

        first.AssertRight();
        second.AssertRight();
        Assert.Equal([1, 2, 3], _runner.Runs.SelectMany(r => r).Order());
    }

    [Fact]
    public void SamePair_TwiceInOneRequest_RunsOnce()
    {
        var request = _workers.Send(TimeSpan.Zero, _lane, new FakePairs((50, 1), (50, 1)));

        _workers.Run();

        request.AssertRight();
        Assert.Single(_runner.Runs);
    }

    [Fact]
    public void SamePair_AfterItIsDone_RunsAgain()
    {
        var first = _workers.Send(TimeSpan.Zero, _lane, new FakePairs((50, 1)));
        var second = _workers.Send(TimeSpan.FromSeconds(1), _lane, new FakePairs((50, 1)));

        _workers.Run();

        first.AssertRight();
        second.AssertRight();
        Assert.Equal(2, _runner.Runs.Count);
    }

    [Fact]
    public void SamePair_WantedByAMoreUrgentRequest_GetsItsTurn()
    {
        _workers.Send(TimeSpan.Zero, _lane, new FakePairs((10, 100)));
        var background = _workers.Send(TimeSpan.Zero, _lane, FakePairs.OfLengths(0, Enumerable.Repeat(60, 50)), priority: 500);
        var urgent = _workers.Send(TimeSpan.FromMilliseconds(5), _lane, new FakePairs((60, 49)));

        _workers.Run();

        urgent.AssertRight();
        background.AssertRight();
        Assert.Equal(TimeSpan.FromMilliseconds(5 + 60), urgent.Took);
        Assert.Equal(51, _runner.Runs.SelectMany(r => r).Count());
    }

    [Fact]
    public void Owner_ThatIsStopped_LeavesItsPairsToThoseWhoFollow()
    {
        var owner = _workers.Send(TimeSpan.Zero, _lane, new FakePairs((90, 1), (80, 2), (70, 3)));
        var follower = _workers.Send(TimeSpan.FromMilliseconds(1), _lane, new FakePairs((90, 1), (80, 2), (70, 3)), priority: 1);
        var other = _workers.Send(TimeSpan.FromMilliseconds(2), _lane, new FakePairs((80, 2)), priority: 2);
        _workers.At(TimeSpan.FromMilliseconds(10), () => _workers.Queue.Stop([owner.Job], new OperationCanceledException()));

        _workers.Run();

        Assert.IsType<OperationCanceledException>(owner.Job.Completion.Exception!.InnerException);
        Assert.Equal(TimeSpan.FromMilliseconds(90), owner.Took);
        follower.AssertRight();
        other.AssertRight();
        Assert.Equal([1, 2, 3], _runner.Runs.SelectMany(r => r).Order());
    }

    [Fact]
    public void Pair_ThatFails_FailsAllWhoWantIt()
    {
        _runner.Failing.Add(1);
        var first = _workers.Send(TimeSpan.Zero, _lane, new FakePairs((50, 1), (40, 2)));
        var second = _workers.Send(TimeSpan.Zero, _lane, new FakePairs((50, 1)));
        var third = _workers.Send(TimeSpan.Zero, _lane, new FakePairs((40, 2)));

        _workers.Run();

        Assert.Equal("no 1", first.Job.Completion.Exception!.InnerException!.Message);
        Assert.Equal("no 1", second.Job.Completion.Exception!.InnerException!.Message);
        third.AssertRight();
    }

    [Fact]
    public void Follower_OfARunUnderWay_RanAndDidNotWait()
    {
        _workers.Send(TimeSpan.Zero, _lane, new FakePairs((50, 1)));
        var follower = _workers.Send(TimeSpan.FromMilliseconds(10), _lane, new FakePairs((50, 1)));

        _workers.Run();

        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMilliseconds(40)), (follower.Job.Waited, follower.Job.Ran));
    }

    [Fact]
    public void Follower_OfAPairThatWaits_WaitsUntilItRuns()
    {
        _workers.Send(TimeSpan.Zero, _lane, new FakePairs((90, 9)));
        _workers.Send(TimeSpan.FromMilliseconds(1), _lane, new FakePairs((50, 1)));
        var follower = _workers.Send(TimeSpan.FromMilliseconds(10), _lane, new FakePairs((50, 1)));

        _workers.Run();

        Assert.Equal((TimeSpan.FromMilliseconds(80), TimeSpan.FromMilliseconds(50)), (follower.Job.Waited, follower.Job.Ran));
    }

    [Fact]
    public void Follower_ThatIsStoppedWhileItsPairRuns_EndsAtOnce()
    {
        var owner = _workers.Send(TimeSpan.Zero, _lane, new FakePairs((50, 1)));
        var follower = _workers.Send(TimeSpan.FromMilliseconds(10), _lane, new FakePairs((50, 1)));
        _workers.At(TimeSpan.FromMilliseconds(20), () => _workers.Queue.Stop([follower.Job], new OperationCanceledException()));

        _workers.Run();

        owner.AssertRight();
        Assert.Equal(TimeSpan.FromMilliseconds(10), follower.Took);
    }
}
