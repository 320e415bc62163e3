using System.Diagnostics;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Inference;

/// <summary>A model's first runs: memory grows to what it will need, and the size of batches is found.</summary>
internal sealed class WarmUp(IBatchRunner runner, PairEncoder encoder, int maxInputTokens)
{
    // Special tokens come on top.
    private const int UsualTokens = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly int[] CpuBudgets = [64, 128, 256, 512];
    private static readonly int[] CudaBudgets = [1024, 2048, 4096, 8192, 16_384];

    /// <summary>Tokens of the batches that are tried, rising.</summary>
    public static int[] BudgetsOf(ExecutionProvider provider) => provider == ExecutionProvider.CUDA ? CudaBudgets : CpuBudgets;

    /// <param name="alone">Whether pairs mustn't share a batch.</param>
    /// <exception cref="ModelFailedException">The model can't score.</exception>
    public ModelLane Run(ExecutionProvider provider, bool alone, CancellationToken cancellationToken)
    {
        // The largest shape first, so that the arena grows once.
        using var longest = Pair(encoder, maxInputTokens, cancellationToken);
        var timeOfLongest = Measure(runner, longest, 1);

        using var usual = Pair(encoder, UsualTokens, cancellationToken);
        var columns = usual.Length(0);
        var budgets = alone ? [columns] : BudgetsOf(provider);
        var calibration = BatchCalibration.Sweep(budgets, columns, rows => Measure(runner, usual, rows), Patience);
        BatchPolicy policy = alone ? ExactLengths.Alone
            : provider == ExecutionProvider.CUDA ? new PaddedShapes(calibration.TokenBudget, maxInputTokens)
            : new ExactLengths(calibration.TokenBudget);

        // Once more, now that memory is there. What takes longer than we have patience for is told well enough by its first run.
        if (timeOfLongest < Patience)
            timeOfLongest = TimeSpan.FromTicks(Math.Min(timeOfLongest.Ticks, Measure(runner, longest, 1).Ticks));
        var cost = RunCost.Of(columns, calibration.SecondsPerToken, longest.Length(0), timeOfLongest.TotalSeconds / longest.Length(0));
        return new ModelLane(runner, policy, cost, columns, longest.Length(0));
    }

    /// <summary>One of the runs that warm a model up, for when it is asked whether it still can.</summary>
    public static Action ProbeOf(IBatchRunner runner, PairEncoder encoder) => () =>
    {
        using var usual = Pair(encoder, UsualTokens, CancellationToken.None);
        Measure(runner, usual, 1);
    };

    private static EncodedPairs Pair(PairEncoder encoder, int tokens, CancellationToken cancellationToken) =>
        encoder.Encode("a", [string.Concat(Enumerable.Repeat("a ", tokens))], new PairOptions(), cancellationToken);

    private static TimeSpan Measure(IBatchRunner runner, EncodedPairs pair, int rows)
    {
        var batch = new PairRef[rows];
        Array.Fill(batch, new PairRef(new ScoringJob(new ModelLane(runner, ExactLengths.Alone, 0), pair), 0));
        var started = Stopwatch.GetTimestamp();
        runner.Run(batch, rows, pair.Length(0), new float[rows], CancellationToken.None);
        return Stopwatch.GetElapsedTime(started);
    }
}
