using System.Diagnostics;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Inference;

public class WarmUpTests
{
    private const int Longest = 512;

    // Of a pair of the usual length a tenth of the time is attention's, of the longest half.
    private static readonly RunCost True = new(10e-6, 20e-9);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_ModelWhoseCostGrowsFasterThanItsTokens_IsFoundToBeSuch(bool alone)
    {
        var encoder = new PairEncoder(Golden.Tokenizer("tiny"), Longest, Truncation.LongestFirst);

        var lane = new WarmUp(new SpinningRunner(), encoder, Longest).Run(ExecutionProvider.CPU, alone, TestContext.Current.CancellationToken);

        // Whatever else runs on the machine only makes it more.
        foreach (var length in (int[])[100, 256, Longest])
            Assert.InRange(lane.Cost.Seconds(length), 0.95 * True.Seconds(length), double.PositiveInfinity);
        Assert.InRange(lane.SecondsPerToken, True.PerToken, double.PositiveInfinity);
    }

    /// <summary>Takes as long as such a model would.</summary>
    private sealed class SpinningRunner : IBatchRunner
    {
        public void Run(ReadOnlySpan<PairRef> pairs, int rows, int columns, Span<float> logits, CancellationToken abandoned)
        {
            var started = Stopwatch.GetTimestamp();
            var seconds = True.Seconds(columns, pairs.Length);
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
                Thread.SpinWait(10);
        }
    }
}
