using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Inference;

/// <summary>What a cross-encoder's graph takes and gives.</summary>
internal sealed record OnnxGraph
{
    public const string InputIds = "input_ids";
    public const string AttentionMask = "attention_mask";
    public const string TokenTypeIds = "token_type_ids";

    /// <summary>A subset of the three, in the graph's order.</summary>
    public required string[] Inputs { get; init; }

    /// <summary>Of <see cref="Inputs"/>: Int64 or Int32.</summary>
    public required TensorElementType[] InputTypes { get; init; }

    /// <summary>The one output that is read.</summary>
    public required string Output { get; init; }

    /// <summary>Of <see cref="Output"/>: Float, Float16 or BFloat16.</summary>
    public required TensorElementType OutputType { get; init; }

    /// <summary>Dimensions of the output: one for each pair, and with 2 another of one label.</summary>
    public required int OutputRank { get; init; }

    /// <summary>Whether activations are quantised at run time, with one scale over everything that runs together.</summary>
    public required bool IsDynamicallyQuantized { get; init; }

    /// <exception cref="ModelLoadException">The graph isn't that of a cross-encoder with one score.</exception>
    public static OnnxGraph Of(InferenceSession session, IReadOnlySet<string> operators)
    {
        string[] inputs = [.. session.InputMetadata.Select(CheckInput)];
        var output = FindOutput(session);
        return new OnnxGraph
        {
            Inputs = inputs,
            InputTypes = Array.ConvertAll(inputs, name => session.InputMetadata[name].ElementDataType),
            Output = output,
            OutputType = session.OutputMetadata[output].ElementDataType,
            OutputRank = session.OutputMetadata[output].Dimensions.Length,
            IsDynamicallyQuantized = operators.Any(IsDynamicQuantization),
        };
    }

    private static string CheckInput(KeyValuePair<string, NodeMetadata> input)
    {
        if (input.Key is not (InputIds or AttentionMask or TokenTypeIds))
            throw Unsupported($"the graph needs an input {input.Key}; only {InputIds}, {AttentionMask} and {TokenTypeIds} are known");
        if (!input.Value.IsTensor || input.Value.ElementDataType is not (TensorElementType.Int64 or TensorElementType.Int32))
            throw Unsupported($"the graph's input {input.Key} is {Describe(input.Value)}, not a tensor of Int64 or Int32");
        return input.Value.Dimensions.Length == 2
            ? input.Key
            : throw Unsupported($"the graph's input {input.Key} has {input.Value.Dimensions.Length} dimensions, not batch and sequence");
    }

    private static string FindOutput(InferenceSession session)
    {
        if (!session.InputMetadata.ContainsKey(InputIds))
            throw Unsupported($"the graph has no input {InputIds}");

        var outputs = session.OutputMetadata;
        var name = outputs.ContainsKey("logits") ? "logits" : outputs.Count == 1 ? outputs.First().Key : null;
        if (name is null)
            throw Unsupported($"the graph has no output logits, but {string.Join(", ", outputs.Keys)}");

        var output = outputs[name];
        if (!output.IsTensor || output.ElementDataType is not (TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16))
            throw Unsupported($"the graph's output {name} is {Describe(output)}, not a tensor of Float, Float16 or BFloat16");
        return output.Dimensions switch
        {
            [_] or [_, 1] or [_, < 0] => name,
            [_, var labels] => throw Unsupported($"the graph's output {name} has {labels} labels; a reranker has one"),
            var other => throw Unsupported($"the graph's output {name} has {other.Length} dimensions; a reranker gives one number for each pair"),
        };
    }

    private static bool IsDynamicQuantization(string name) =>
        name is "DynamicQuantizeLinear" or "DynamicQuantizeMatMul" or "DynamicQuantizeLSTM" or "MatMulInteger" or "ConvInteger" or "QAttention";

    private static string Describe(NodeMetadata metadata) => metadata.IsTensor ? $"a tensor of {metadata.ElementDataType}" : metadata.OnnxValueType.ToString();

    private static ModelLoadException Unsupported(string problem) => new(ModelFailure.UnsupportedModel, problem);
}
