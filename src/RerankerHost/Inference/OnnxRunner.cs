using Microsoft.ML.OnnxRuntime;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Inference;

/// <summary>Runs batches on an ONNX Runtime session, which threads may share.</summary>
internal sealed class OnnxRunner(InferenceSession session, OnnxGraph graph) : IBatchRunner, IDisposable
{
    private readonly string[] _outputs = [graph.Output];

    public void Run(ReadOnlySpan<PairRef> pairs, int rows, int columns, Span<float> logits, CancellationToken abandoned)
    {
        var tensors = BatchTensors.OfThisThread;
        var shape = tensors.Shape(rows, columns);
        Write(pairs, rows, columns, tensors);
        var options = tensors.RunOptions;
        try
        {
            var inputs = new OrtValue[graph.Inputs.Length];
            for (var i = 0; i < inputs.Length; i++)
                inputs[i] = shape.Input(graph.Inputs[i], graph.InputTypes[i]);

            // ONNX Runtime looks at it after every operator.
            using (abandoned.UnsafeRegister(static options => ((RunOptions)options!).Terminate = true, options))
                session.Run(options, graph.Inputs, inputs, _outputs, [shape.Output(graph.OutputRank, graph.OutputType)]);
        }
        catch (OnnxRuntimeException) when (abandoned.IsCancellationRequested)
        {
            throw new OperationCanceledException(abandoned);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFailedException($"ONNX Runtime failed on {pairs.Length} pairs of {columns} tokens: {e.Message}", e);
        }

        finally
        {
            // It may have been set when the run was over.
            if (abandoned.CanBeCanceled)
                options.Terminate = false;
        }

        shape.ReadLogits(graph.OutputType, logits);
        foreach (var logit in logits)
        {
            if (!float.IsFinite(logit))
                throw new ModelFailedException($"the model gave {logit} for a pair of {columns} tokens") { InvalidScores = true };
        }
    }

    public void Dispose() => session.Dispose();

    private static void Write(ReadOnlySpan<PairRef> pairs, int rows, int columns, BatchTensors tensors)
    {
        for (var row = 0; row < rows; row++)
        {
            // Rows without a pair repeat the first one: what a model makes of a row that is all padding is anybody's guess.
            var (job, pair) = pairs[row < pairs.Length ? row : 0];
            var encoded = (EncodedPairs)job.Pairs;
            var (start, length) = (row * columns, encoded.Length(pair));
            encoded.Write(pair, tensors.Ids.Slice(start, length), tensors.Types.Slice(start, length));
            tensors.Mask.Slice(start, length).Fill(1);
            var padding = (start + length)..(start + columns);
            tensors.Ids[padding].Clear();
            tensors.Types[padding].Clear();
            tensors.Mask[padding].Clear();
        }
    }
}
