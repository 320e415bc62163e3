using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Scheduling;

public class BatchPolicyTests
{
    // A GPU's costs, roughly: 1 ms for a launch and 2 µs a token, text or padding; a shape that was not seen before costs 20 ms.
    private static readonly TimeSpan Launch = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan GpuToken = TimeSpan.FromMicroseconds(2);
    private static readonly TimeSpan NewShape = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(300, 1000, 1)]
    [InlineData(100, 1000, 2)]
    [InlineData(50, 1000, 5)]
    [InlineData(50, 100, 2)]
    [InlineData(50, 1, 1)]
    public void ExactLengths_MostPairs_StaysWithinBudgetAndShare(int length, long share, int pairs)
    {
        Assert.Equal(pairs, new ExactLengths(256).MostPairs(length, share));
        Assert.Equal(1, ExactLengths.Alone.MostPairs(length, share));
    }

    [Fact]
    public void PaddedShapes_EveryLength_IsAmongItsOwnMatesAndPaddedByLittle()
    {
        var policy = new PaddedShapes(8192, MaxInputTokens: 1000);
        for (var length = 1; length <= 1000; length++)
        {
            var (shortest, longest) = policy.Mates(length);
            Assert.InRange(length, shortest, longest);
            Assert.Equal(policy.Columns(length), policy.Columns(shortest));
            Assert.Equal(longest, policy.Columns(length));
            Assert.InRange(longest - length, 0, length <= 128 ? 15 : length / 2);
            Assert.InRange(policy.Rows(policy.MostPairs(length, 1)) * longest, longest, 8192);
        }
    }

    [Fact]
    public void PaddedShapes_OnAGpusCosts_BeatExactLengthsAndFirstComeFirstServed()
    {
        var lengths = LogNormal(4000);
        var padded = Simulate(new PaddedShapes(8192, 512), lengths, out var shapes, out var rows);
        var exact = Simulate(new ExactLengths(8192), lengths, out _, out _);
        var inOrder = lengths.Chunk(32).Aggregate(TimeSpan.Zero, (sum, chunk) => sum + Launch + (GpuToken * chunk.Max() * chunk.Length));

        Assert.InRange(shapes, 1, 60);
        Assert.InRange(rows / (double)lengths.Sum(), 1, 1.25);
        Assert.True(padded * 2 < exact);
        Assert.True(padded * 1.5 < inOrder);
    }

    private static TimeSpan Simulate(BatchPolicy policy, int[] lengths, out int shapes, out long tokens)
    {
        var seen = new HashSet<(int, int)>();
        var fed = 0L;
        var lane = new ModelLane(new FakeRunner(), policy, GpuToken.TotalSeconds);
        var workers = new SimulatedWorkers(1, batch =>
        {
            fed += batch.Rows * batch.Columns;
            return Launch + (GpuToken * batch.Rows * batch.Columns) + (seen.Add((batch.Rows, batch.Columns)) ? NewShape : TimeSpan.Zero);
        });
        var content = 0;
        foreach (var request in lengths.Chunk(100))
            workers.Send(TimeSpan.Zero, lane, FakePairs.OfLengths(content += 100, request));
        workers.Run();
        Assert.All(workers.Requests, r => r.AssertRight());
        (shapes, tokens) = (seen.Count, fed);
        return workers.Now;
    }

    /// <summary>Mean 90, at most 300.</summary>
    private static int[] LogNormal(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            return (int)Math.Clamp(Math.Exp(4.3 + (0.6 * normal)), 8, 300);
        })];
    }
}
