using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace Rerank.Serving.Rivals;

/// <summary>
/// ONNX Runtime without a server around it: pairs that are tokenized already are cut into padded batches by a plan and run one after
/// the other on each of some threads.
/// </summary>
internal sealed class DirectRuns : IDisposable
{
    private static readonly string[] Inputs = ["input_ids", "attention_mask", "token_type_ids"];
    private static readonly string[] Outputs = ["logits"];

    private readonly InferenceSession _session;
    private readonly int _threads;

    /// <param name="threads">Batches that run at once.</param>
    /// <param name="threadsPerRun">Cores that ONNX Runtime uses for one of them.</param>
    public DirectRuns(string modelFile, int threads, int threadsPerRun)
    {
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = threadsPerRun, InterOpNumThreads = 1, EnableMemoryPattern = false };
        _session = new InferenceSession(modelFile, options);
        _threads = threads;
    }

    /// <param name="first">Of the requests, which are run round and round.</param>
    /// <returns>Tokens a second, without padding.</returns>
    public double Run(IReadOnlyList<TokenizedPair[]> requests, Func<TokenizedPair[], List<TokenizedPair[]>> plan, TimeSpan duration, int first)
    {
        var tokens = 0L;
        var started = Stopwatch.GetTimestamp();
        for (var i = first; Stopwatch.GetElapsedTime(started) < duration; i++)
        {
            var batches = plan(requests[i % requests.Count]);
            Parallel.ForEach(
                System.Collections.Concurrent.Partitioner.Create(batches, System.Collections.Concurrent.EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = _threads },
                batch => RunBatch(batch));
            tokens += requests[i % requests.Count].Sum(pair => (long)pair.Length);
        }

        return tokens / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public Task RunAsync(TokenizedPair pair)
    {
        RunBatch([pair]);
        return Task.CompletedTask;
    }

    public void Dispose() => _session.Dispose();

    private void RunBatch(TokenizedPair[] batch)
    {
        var columns = batch.Max(p => p.Length);
        var (ids, mask, types) = (new long[batch.Length * columns], new long[batch.Length * columns], new long[batch.Length * columns]);
        for (var i = 0; i < batch.Length; i++)
        {
            batch[i].Ids.CopyTo(ids, i * columns);
            batch[i].Types.CopyTo(types, i * columns);
            mask.AsSpan(i * columns, batch[i].Length).Fill(1);
        }

        long[] shape = [batch.Length, columns];
        using var first = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var second = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var third = OrtValue.CreateTensorValueFromMemory(types, shape);
        using var options = new RunOptions();
        using var outputs = _session.Run(options, Inputs, [first, second, third], Outputs);
        if (!float.IsFinite(outputs[0].GetTensorDataAsSpan<float>()[0]))
            throw new InvalidOperationException("the model gave no number");
    }
}

/// <summary>How pairs become batches.</summary>
internal static class Plans
{
    /// <summary>The ceiling: sorted by length, so many tokens a batch, padded to its longest pair.</summary>
    public static Func<TokenizedPair[], List<TokenizedPair[]>> Sorted(int tokens) => pairs =>
    {
        var batches = new List<TokenizedPair[]>();
        var batch = new List<TokenizedPair>();
        foreach (var pair in pairs.OrderByDescending(p => p.Length))
        {
            if (batch.Count > 0 && (batch.Count + 1) * batch[0].Length > tokens)
            {
                batches.Add([.. batch]);
                batch.Clear();
            }

            batch.Add(pair);
        }

        batches.Add([.. batch]);
        return batches;
    };

    /// <summary>First come, first served, so many pairs a batch, padded to its longest: the plan of text-embeddings-inference and Infinity.</summary>
    public static Func<TokenizedPair[], List<TokenizedPair[]>> InOrder(int pairs) => request => [.. request.Chunk(pairs)];
}
