using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Scheduling;

/// <summary>Who is served when, in simulated time.</summary>
public class OrderTests
{
    private static readonly TimeSpan Token = TimeSpan.FromMicroseconds(100);

    private readonly ModelLane _lane = new(new FakeRunner(), new ExactLengths(256), Token.TotalSeconds);

    [Fact]
    public void SmallRequests_AmongLargeOnes_TakeAtMostThreeTimesAsLongAsAlone()
    {
        var lengths = new Random(7);
        var alone = Small(new SimulatedWorkers(2, SimulatedWorkers.PerToken(Token)), lengths, beside: 0);
        var among = Small(new SimulatedWorkers(2, SimulatedWorkers.PerToken(Token)), lengths, beside: 30);

        Assert.InRange(Percentile(among, 0.99), Percentile(alone, 0.99), Percentile(alone, 0.99) * 3);
    }

    [Fact]
    public void LargeRequest_AmongSmallOnesThatLeaveLittleTime_IsDoneAllTheSame()
    {
        // Small requests alone take 95 % of the time; alone the large one would take half a second.
        var workers = new SimulatedWorkers(1, SimulatedWorkers.PerToken(Token));
        var large = workers.Send(TimeSpan.Zero, _lane, FakePairs.OfLengths(0, Enumerable.Repeat(50, 100)));
        for (var i = 0; i < 4000; i++)
            workers.Send(TimeSpan.FromMilliseconds(5) * i, _lane, FakePairs.OfLengths(1000 + i, 47));

        workers.Run();

        Assert.InRange(large.Took, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void EqualRequests_TheOneWithLessTimeLeft_GoesFirst()
    {
        var workers = new SimulatedWorkers(1, SimulatedWorkers.PerToken(Token));
        var patient = workers.Send(TimeSpan.Zero, _lane, FakePairs.OfLengths(0, Enumerable.Repeat(100, 20)), timeLeft: TimeSpan.FromSeconds(10));
        var pressed = workers.Send(TimeSpan.FromMilliseconds(1), _lane, FakePairs.OfLengths(100, Enumerable.Repeat(100, 20)), timeLeft: TimeSpan.FromMilliseconds(300));

        workers.Run();

        Assert.True(pressed.Done < patient.Done);
    }

    [Fact]
    public void LowPriority_ComesLater_ButNotForEver()
    {
        var workers = new SimulatedWorkers(1, SimulatedWorkers.PerToken(Token));
        var low = workers.Send(TimeSpan.Zero, _lane, FakePairs.OfLengths(0, Enumerable.Repeat(100, 10)), priority: 100, timeLeft: TimeSpan.FromSeconds(1));
        for (var i = 0; i < 600; i++)
            workers.Send(TimeSpan.FromMilliseconds(10) * i, _lane, FakePairs.OfLengths(1000 + (i * 10), Enumerable.Repeat(100, 1)));

        workers.Run();

        // Its hundred steps are worth two seconds.
        Assert.InRange(low.Took, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3.5));
    }

    [Fact]
    public void LastPairs_AreSpreadOverAllWorkers()
    {
        // Four of one length fit into one batch, and two workers are free.
        var workers = new SimulatedWorkers(2, SimulatedWorkers.PerToken(Token));
        var request = workers.Send(TimeSpan.Zero, _lane, FakePairs.OfLengths(0, Enumerable.Repeat(60, 4)));

        workers.Run();

        Assert.Equal(Token * 120, request.Took);
    }

    [Fact]
    public void Batches_HoldPairsOfOneLengthWithinTheBudget_AndAreFilledFromOtherRequests()
    {
        var workers = new SimulatedWorkers(1, SimulatedWorkers.PerToken(Token));
        var mixed = 0;
        workers.Began = batch =>
        {
            var lengths = batch.Pairs.ToArray().Select(p => p.Job.Pairs.Length(p.Pair)).Distinct();
            Assert.Equal([batch.Columns], lengths);
            Assert.True(batch.Work.Tokens <= 256 || batch.Count == 1);
            mixed += batch.Pairs.ToArray().Select(p => p.Job).Distinct().Count() > 1 ? 1 : 0;
        };
        var random = new Random(11);
        for (var i = 0; i < 20; i++)
            workers.Send(TimeSpan.Zero, _lane, FakePairs.OfLengths(i * 1000, Enumerable.Range(0, 50).Select(_ => random.Next(20, 300))));

        workers.Run();

        Assert.All(workers.Requests, r => r.AssertRight());
        Assert.InRange(mixed, 100, int.MaxValue);
    }

    [Fact]
    public void TwoModels_OfOneQueue_NeverShareABatch()
    {
        var other = new ModelLane(new FakeRunner(), new ExactLengths(256), Token.TotalSeconds);
        var workers = new SimulatedWorkers(2, SimulatedWorkers.PerToken(Token));
        workers.Began = batch => Assert.All(batch.Pairs.ToArray(), p => Assert.Same(batch.Lane, p.Job.Lane));
        for (var i = 0; i < 10; i++)
            workers.Send(TimeSpan.FromMilliseconds(i), i % 2 == 0 ? _lane : other, FakePairs.OfLengths(0, Enumerable.Repeat(50, 20)));

        workers.Run();

        Assert.All(workers.Requests, r => r.AssertRight());
    }

    [Fact]
    public void Waited_IsTheTimeThatNothingOfItRan()
    {
        var workers = new SimulatedWorkers(1, SimulatedWorkers.PerToken(Token));
        var first = workers.Send(TimeSpan.Zero, _lane, FakePairs.OfLengths(0, 200));
        var second = workers.Send(TimeSpan.FromMilliseconds(5), _lane, FakePairs.OfLengths(1, 100, 90));

        workers.Run();

        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMilliseconds(20)), (first.Job.Waited, first.Job.Ran));
        Assert.Equal((TimeSpan.FromMilliseconds(15), TimeSpan.FromMilliseconds(19)), (second.Job.Waited, second.Job.Ran));
    }

    [Fact]
    public void ShortRequests_WhileLongRunsWouldHoldAllWorkers_HaveOneToThemselves()
    {
        var cost = new RunCost(20e-6, 30e-9);
        var lane = new ModelLane(new FakeRunner(), new ExactLengths(256), cost, 64, 8192);
        var workers = new SimulatedWorkers(2, SimulatedWorkers.By(cost));
        workers.Send(TimeSpan.Zero, lane, FakePairs.OfLengths(1_000_000, 100));
        for (var i = 0; i < 10; i++)
            workers.Send(TimeSpan.FromMilliseconds(1), lane, FakePairs.OfLengths(i, 8192), timeLeft: TimeSpan.FromMinutes(1));
        var small = Enumerable.Range(0, 100).Select(i => workers.Send(TimeSpan.FromMilliseconds(100 * (i + 1)), lane, FakePairs.OfLengths(1000 * (i + 1), 100))).ToList();

        workers.Run();

        Assert.All(workers.Requests, request => request.AssertRight());
        Assert.All(small, request => Assert.InRange(request.Took, TimeSpan.Zero, TimeSpan.FromMilliseconds(10)));
    }

    [Fact]
    public void LongRequests_WithoutShorterOnes_HaveAllWorkers()
    {
        var cost = new RunCost(20e-6, 30e-9);
        var lane = new ModelLane(new FakeRunner(), new ExactLengths(256), cost, 64, 8192);
        var workers = new SimulatedWorkers(2, SimulatedWorkers.By(cost));
        for (var i = 0; i < 4; i++)
            workers.Send(TimeSpan.Zero, lane, FakePairs.OfLengths(i, 8192));

        workers.Run();

        Assert.Equal(2 * cost.Seconds(8192), workers.Now.TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public void PairsOfAMixedRequest_RunOnTheWorkerThatIsKeptForShortWork()
    {
        // Its last long pair holds the one worker, and must not hold its short ones up on the other.
        var cost = new RunCost(20e-6, 30e-9);
        var lane = new ModelLane(new FakeRunner(), new ExactLengths(256), cost, 64, 8192);
        var workers = new SimulatedWorkers(2, SimulatedWorkers.By(cost));
        workers.Send(TimeSpan.Zero, lane, FakePairs.OfLengths(1_000_000, 100));
        var mixed = workers.Send(TimeSpan.FromMilliseconds(10), lane, FakePairs.OfLengths(0, [8192, 8192, .. Enumerable.Repeat(100, 500)]), timeLeft: TimeSpan.FromMinutes(1));

        workers.Run();

        mixed.AssertRight();
        Assert.Equal(2 * cost.Seconds(8192), mixed.Took.TotalSeconds, tolerance: 0.01);
    }

    [Fact]
    public void Batches_OfASlowModel_AreKeptShort()
    {
        var token = TimeSpan.FromMilliseconds(1);
        var lane = new ModelLane(new FakeRunner(), new ExactLengths(512), token.TotalSeconds);
        var workers = new SimulatedWorkers(1, SimulatedWorkers.PerToken(token));
        var most = 0L;
        workers.Began = batch => most = Math.Max(most, batch.Work.Tokens);
        workers.Send(TimeSpan.Zero, lane, FakePairs.OfLengths(0, [300, .. Enumerable.Repeat(40, 50)]));

        workers.Run();

        // One pair of 300 can't be parted; of those with 40 there are two in the tenth of a second that a batch may take.
        Assert.Equal(300, most);
        most = 0;
        workers.Send(workers.Now, lane, FakePairs.OfLengths(1000, Enumerable.Repeat(40, 50)));
        workers.Run();
        Assert.Equal(80, most);
    }

    private static TimeSpan Percentile(IEnumerable<SimulatedRequest> requests, double share)
    {
        var sorted = requests.Select(r => r.Took).Order().ToArray();
        return sorted[(int)(share * (sorted.Length - 1))];
    }

    /// <summary>A small request every 50 ms, beside large ones that would keep the workers busy for most of the time.</summary>
    private List<SimulatedRequest> Small(SimulatedWorkers workers, Random random, int beside)
    {
        for (var i = 0; i < beside; i++)
            workers.Send(TimeSpan.FromMilliseconds(700 * i), _lane, FakePairs.OfLengths(i * 1000, Lengths(100)));
        var small = Enumerable.Range(0, 400).Select(i => workers.Send(TimeSpan.FromMilliseconds(50 * i), _lane, FakePairs.OfLengths(1_000_000 + (10 * i), Lengths(3)))).ToList();
        workers.Run();
        return small;

        IEnumerable<int> Lengths(int count) => Enumerable.Range(0, count).Select(_ => random.Next(20, 160)).ToArray();
    }
}
