using System.Diagnostics;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Inference;

/// <summary>A cross-encoder on ONNX Runtime: texts to tokens here, tokens to logits by the workers.</summary>
internal sealed class CrossEncoder(IDisposable runner, PairEncoder encoder, ModelLane lane, PairQueue queue, ModelContract contract) : ICrossEncoder
{
    public required ExecutionProvider ExecutionProvider { get; init; }

    public required string? PassedOver { get; init; }

    public required string ScoredBy { get; init; }

    public required TextTokenizer Tokenizer { get; init; }

    public required LastLayer LastLayer { get; init; }

    public required bool IsDynamicallyQuantized { get; init; }

    public int MaxInputTokens => contract.MaxInputTokens;

    public Activation Activation => contract.Activation;

    public int? BatchTokens => lane.Policy == ExactLengths.Alone ? null : lane.Policy.TokenBudget;

    public double TokensPerSecond => queue.Workers / lane.SecondsPerToken;

    public async Task<PairScore[][]> ScoreAsync(IReadOnlyList<QueryPassages> queries, PairOptions options, CancellationToken cancellationToken)
    {
        if (!options.IsOwn)
            queue.CheckRoom();
        var started = Stopwatch.GetTimestamp();
        var pairs = new EncodedPairs?[queries.Count];
        var run = Task.CompletedTask;
        try
        {
            for (var i = 0; i < pairs.Length; i++)
                pairs[i] = await EncodeAsync(queries[i], options, cancellationToken);
            var tokenization = Stopwatch.GetElapsedTime(started);
            var jobs = Array.ConvertAll(pairs, p => new ScoringJob(lane, p!));
            run = queue.RunAsync(jobs, options.TimeLeft > tokenization ? options.TimeLeft - tokenization : TimeSpan.Zero, options.Priority, cancellationToken, options.IsOwn);

            // The run of a batch can't be interrupted, and one that hangs never ends: nobody waits for it longer than for the answer.
            await run.WaitAsync(cancellationToken);
            if (jobs.MaxBy(job => job.Waited + job.Ran) is { } last)
                options.Timings?.Set(tokenization, last.Waited, last.Ran);
            var scores = new PairScore[pairs.Length][];
            for (var i = 0; i < scores.Length; i++)
                scores[i] = pairs[i]!.ToScores(jobs[i].Logits);
            return scores;
        }
        finally
        {
            _ = DisposeAfterAsync(run, pairs);
        }
    }

    /// <summary>What runs still reads the pairs.</summary>
    private static async Task DisposeAfterAsync(Task run, EncodedPairs?[] pairs)
    {
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var encoded in pairs)
            encoded?.Dispose();
    }

    private async Task<EncodedPairs> EncodeAsync(QueryPassages query, PairOptions options, CancellationToken cancellationToken)
    {
        using var turn = await LongTexts.EnterAsync(query.Query, query.Passages, cancellationToken);
        try
        {
            return await encoder.EncodeAsync(query.Query, query.Passages, options, cancellationToken);
        }
        catch (InputTooLongException e) when (query.PlaceOf is { } placeOf && e.Index is { } index)
        {
            throw e.At(placeOf(index));
        }
    }

    public void Dispose()
    {
        runner.Dispose();
        FreedMemory.GiveBack();
    }
}
