using System.Diagnostics;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Inference;

/// <summary>A cross-encoder on ONNX Runtime: texts to tokens here, tokens to logits by the workers.</summary>
internal sealed class CrossEncoder(IDisposable runner, PairEncoder encoder, ModelLane lane, PairQueue queue, ModelContract contract) : ICrossEncoder
{
    public required ExecutionProvider ExecutionProvider { get; init; }

    public required string? PassedOver { get; init; }

    public required string ScoredBy { get; init; }

    public required LastLayer LastLayer { get; init; }

    public required bool IsDynamicallyQuantized { get; init; }

    public int MaxInputTokens => contract.MaxInputTokens;

    public Activation Activation => contract.Activation;

    public int? BatchTokens => lane.Policy == ExactLengths.Alone ? null : lane.Policy.TokenBudget;

    public double TokensPerSecond => queue.Workers / lane.SecondsPerToken;

    public async Task<PairScore[]> ScoreAsync(string query, IReadOnlyList<string> passages, PairOptions options, CancellationToken cancellationToken)
    {
        queue.CheckRoom();
        var started = Stopwatch.GetTimestamp();
        var pairs = await EncodeAsync(query, passages, options, cancellationToken);
        var tokenization = Stopwatch.GetElapsedTime(started);
        var job = new ScoringJob(lane, pairs);
        var run = queue.RunAsync(job, options.TimeLeft, options.Priority, cancellationToken);
        try
        {
            // The run of a batch can't be interrupted, and one that hangs never ends: nobody waits for it longer than for the answer.
            await run.WaitAsync(cancellationToken);
            options.Timings?.Add(tokenization, job.Waited, job.Ran);
            return pairs.ToScores(job.Logits);
        }
        finally
        {
            _ = DisposeAfterAsync(run, pairs);
        }
    }

    /// <summary>What runs still reads the pairs.</summary>
    private static async Task DisposeAfterAsync(Task run, EncodedPairs pairs)
    {
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        pairs.Dispose();
    }

    private async Task<EncodedPairs> EncodeAsync(string query, IReadOnlyList<string> passages, PairOptions options, CancellationToken cancellationToken)
    {
        using var turn = await LongTexts.EnterAsync(query, passages, cancellationToken);
        return encoder.Encode(query, passages, options, cancellationToken);
    }

    public void Dispose()
    {
        runner.Dispose();
        FreedMemory.GiveBack();
    }
}
