using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Scheduling;

public class CostModelTests
{
    private const int Usual = 64, Longest = 8192;

    // Half of the time of a pair of 2000 tokens is attention's, and four fifths of one of 8192.
    private static readonly RunCost True = new(20e-6, 10e-9);

    [Fact]
    public void MixedLoad_OfLongAndShortTexts_EveryJobsEstimateIsWithin30Percent()
    {
        var lane = new ModelLane(new FakeRunner(), new ExactLengths(256), Measured(1, 1), Usual, Longest);
        var workers = Load(lane, out var off);

        workers.Run();

        Assert.All(workers.Requests, request => request.AssertRight());
        Assert.All(off, ratio => Assert.InRange(ratio, 0.7, 1.3));
    }

    [Theory]
    [InlineData(2, 1.0 / 3)]
    [InlineData(0.5, 3)]
    [InlineData(3, 3)]
    [InlineData(1.0 / 3, 1.0 / 3)]
    public void MixedLoad_MeasuredWrongAtWarmUp_IsLearnt(double perToken, double perSquare)
    {
        var lane = new ModelLane(new FakeRunner(), new ExactLengths(256), Measured(perToken, perSquare), Usual, Longest);
        var workers = Load(lane, out var off);

        workers.Run();

        Assert.All(off.Skip(off.Count / 4), ratio => Assert.InRange(ratio, 0.7, 1.3));
    }

    [Fact]
    public void Burst_OfOneLength_TakesNothingAwayFromTheOthers()
    {
        var model = new CostModel(True, Usual, Longest);
        Observe(model, True, 200, 8192);
        Assert.Equal(1, Ratio(model, True, 100), tolerance: 0.2);

        Observe(model, True, 2000, 100);
        Assert.Equal(1, Ratio(model, True, 8192), tolerance: 0.2);
        Assert.Equal(1, Ratio(model, True, 100), tolerance: 0.2);
    }

    [Fact]
    public void ShortRuns_OnAMachineThatBecameSlower_TellOfLongOnesToo()
    {
        var model = new CostModel(True, Usual, Longest);

        Observe(model, new RunCost(2 * True.PerToken, 2 * True.PerSquare), 200, 100);

        Assert.Equal(2, Ratio(model, True, 8192), tolerance: 0.2);
    }

    [Fact]
    public void Run_ThatStalls_MovesTheEstimateByLittle()
    {
        var model = new CostModel(True, Usual, Longest);
        Observe(model, True, 100, 100);

        model.Observe(Work.OfPair(100), TimeSpan.FromMinutes(5));

        Assert.InRange(Ratio(model, True, 100), 1, 1.5);
        Assert.InRange(Ratio(model, True, 8192), 1, 1.5);
    }

    [Fact]
    public void AnyRuns_EstimateIsNeverNegativeAndFindsBack()
    {
        var random = new Random(3);
        var model = new CostModel(True, Usual, Longest);
        for (var i = 0; i < 5000; i++)
        {
            model.Observe(Work.OfPair(1 << random.Next(1, 14)), TimeSpan.FromSeconds(Math.Pow(10, random.Next(-9, 4))));
            Assert.True(model.Cost is { PerToken: >= 0, PerSquare: >= 0 } && double.IsFinite(model.Cost.Seconds(Longest)) && model.Cost.Seconds(Longest) > 0);
        }

        for (var i = 0; i < 4000; i++)
            Observe(model, True, 1, 1 << (1 + (i % 13)));
        Assert.Equal(1, Ratio(model, True, 100), tolerance: 0.3);
        Assert.Equal(1, Ratio(model, True, 8192), tolerance: 0.3);
    }

    [Theory]
    [InlineData(64, 20e-6, 8192, 100e-6)]
    [InlineData(64, 20e-6, 8192, 10e-6)]
    [InlineData(64, 20e-6, 128, 90e-6)]
    [InlineData(64, 20e-6, 64, 20e-6)]
    public void Of_TwoLengths_IsWhatTheShorterOrTheLongerCostsAndNeverNegative(int length, double secondsPerToken, int longer, double secondsPerTokenOfLonger)
    {
        var cost = RunCost.Of(length, secondsPerToken, longer, secondsPerTokenOfLonger);

        Assert.True(cost is { PerToken: >= 0, PerSquare: >= 0 });
        Assert.Equal(longer * Math.Max(secondsPerToken, secondsPerTokenOfLonger), cost.Seconds(longer), tolerance: 1e-9);
    }

    [Theory]
    [InlineData(20e-6, 10e-9)]
    [InlineData(20e-6, 0)]
    [InlineData(0, 10e-9)]
    public void LongestWithin_IsTheLastThatTakesNoLonger(double perToken, double perSquare)
    {
        var cost = new RunCost(perToken, perSquare);
        var longest = cost.LongestWithin(0.2501);

        Assert.True(cost.Seconds(longest) <= 0.2501);
        Assert.True(cost.Seconds(longest + 1) > 0.2501);
    }

    private static RunCost Measured(double perToken, double perSquare) => new(True.PerToken * perToken, True.PerSquare * perSquare);

    private static double Ratio(CostModel model, RunCost truth, int length) => model.Cost.Seconds(length) / truth.Seconds(length);

    private static void Observe(CostModel model, RunCost truth, int runs, int length)
    {
        for (var i = 0; i < runs; i++)
            model.Observe(Work.OfPair(length), TimeSpan.FromSeconds(truth.Seconds(length)));
    }

    /// <summary>One in ten requests has a text of 8192 tokens, the others have short ones, and runs take a tenth more or less than they should.</summary>
    /// <param name="off">Of every run, in their order: the estimate as a multiple of the truth.</param>
    private static SimulatedWorkers Load(ModelLane lane, out List<double> off)
    {
        var random = new Random(9);
        var ratios = off = [];
        var workers = new SimulatedWorkers(2, batch => TimeSpan.FromSeconds(True.Seconds(batch.Work) * (0.9 + (0.2 * random.NextDouble()))));
        workers.Began = batch => ratios.Add(lane.Cost.Seconds(batch.Work) / True.Seconds(batch.Work));
        for (var i = 0; i < 400; i++)
        {
            var lengths = i % 10 == 0 ? [8192] : Enumerable.Range(0, 5).Select(_ => random.Next(10, 300)).ToArray();
            workers.Send(TimeSpan.FromMilliseconds(150 * i), lane, FakePairs.OfLengths(i * 10, lengths));
        }

        return workers;
    }
}
