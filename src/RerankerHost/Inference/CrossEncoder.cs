using Microsoft.ML.OnnxRuntime;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Inference;

/// <summary>A cross-encoder on ONNX Runtime.</summary>
internal sealed class CrossEncoder : ICrossEncoder
{
    // Where the activations of a batch of a small model still fit a core's cache: larger ones were measured to be slower.
    private const int CpuTokenBudget = 256;
    private const int CudaTokenBudget = 8192;

    private readonly InferenceSession _session;
    private readonly OnnxGraph _graph;
    private readonly PairEncoder _encoder;
    private readonly InferenceWorkers _workers;
    private readonly int _tokenBudget;
    private readonly long[] _mask;

    public CrossEncoder(
        InferenceSession session, OnnxGraph graph, PairEncoder encoder, InferenceWorkers workers, ExecutionProvider provider, ModelContract contract)
    {
        _session = session;
        _graph = graph;
        _encoder = encoder;
        _workers = workers;
        ExecutionProvider = provider;
        MaxInputTokens = contract.MaxInputTokens;
        Activation = contract.Activation;

        // A dynamically quantised model scales activations over the whole run, so that a pair's score would depend on the
        // pairs that happen to run with it. Such a model gets one pair at a time.
        _tokenBudget = graph.IsDynamicallyQuantized ? 1 : provider == ExecutionProvider.CUDA ? CudaTokenBudget : CpuTokenBudget;
        _mask = new long[Math.Max(_tokenBudget, MaxInputTokens)];
        Array.Fill(_mask, 1);
    }

    public ExecutionProvider ExecutionProvider { get; }

    public int MaxInputTokens { get; }

    public Activation Activation { get; }

    /// <summary>Whether it computes with activations quantised at run time.</summary>
    public bool IsDynamicallyQuantized => _graph.IsDynamicallyQuantized;

    public async Task<PairScore[]> ScoreAsync(string query, IReadOnlyList<string> passages, PairOptions options, CancellationToken cancellationToken)
    {
        using var pairs = _encoder.Encode(query, passages, options, cancellationToken);
        var job = new Job(this, pairs, PairBatch.Cut(pairs.Lengths, _tokenBudget));
        await _workers.RunAsync(job, cancellationToken);
        if (options.Timings is { } timings)
            timings.Waited = job.Waited;
        return pairs.ToScores(job.Logits);
    }

    public void Dispose() => _session.Dispose();

    private void Run(EncodedPairs pairs, PairBatch batch, Span<float> logits)
    {
        long[] shape = [batch.Pairs, batch.Length];
        var inputs = new OrtValue[_graph.Inputs.Length];
        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                var memory = _graph.Inputs[i] switch
                {
                    OnnxGraph.InputIds => pairs.Ids(batch),
                    OnnxGraph.TokenTypeIds => pairs.Types(batch),
                    _ => _mask.AsMemory(0, batch.Tokens),
                };
                inputs[i] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, shape);
            }

            using var options = new RunOptions();
            using var outputs = _session.Run(options, _graph.Inputs, inputs, [_graph.Output]);
            var values = outputs[0].GetTensorDataAsSpan<float>();
            if (values.Length != logits.Length)
                throw new ModelFailedException($"the model gave {values.Length} numbers for {logits.Length} pairs");
            values.CopyTo(logits);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFailedException($"ONNX Runtime failed on {batch.Pairs} pairs of {batch.Length} tokens: {e.Message}", e);
        }
        finally
        {
            foreach (var input in inputs)
                input?.Dispose();
        }

        foreach (var logit in logits)
        {
            if (!float.IsFinite(logit))
                throw new ModelFailedException($"the model gave {logit} for a pair of {batch.Length} tokens");
        }
    }

    private sealed class Job(CrossEncoder owner, EncodedPairs pairs, List<PairBatch> batches) : InferenceJob(batches.Count)
    {
        public float[] Logits { get; } = new float[pairs.Count];

        protected override void RunPart(int part)
        {
            var batch = batches[part];
            owner.Run(pairs, batch, Logits.AsSpan(batch.FirstPair, batch.Pairs));
        }
    }
}
