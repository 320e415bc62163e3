using System.Globalization;

namespace Rerank.RerankerHost.Inference.Cuda;

/// <summary>How a host runs models on CUDA.</summary>
/// <param name="AllowTf32">Whether products of fp32 numbers may be rounded to TF32's 10 bits.</param>
internal sealed record CudaSettings(bool AllowTf32 = false)
{
    public static CudaSettings Default { get; } = new();

    /// <summary>The provider's options, by ONNX Runtime's names for them.</summary>
    /// <param name="memoryBytes">That the model declares; null: it doesn't.</param>
    public Dictionary<string, string> ToProviderOptions(long? memoryBytes)
    {
        var options = new Dictionary<string, string>
        {
            // Batches have few shapes, so that the arena stops growing. Doubling it each time would hold up to twice of what they need.
            ["arena_extend_strategy"] = "kSameAsRequested",

            // The default tries every algorithm of a convolution for each new shape. Text models have none, and one that has mustn't stall on a shape that it meets late.
            ["cudnn_conv_algo_search"] = "DEFAULT",

            // ONNX Runtime allows it by default. Logits would then differ from the CPU's from the third digit on: a model would miss its golden scores, and two hosts of
            // one tier would disagree.
            ["use_tf32"] = AllowTf32 ? "1" : "0",
        };

        // Of the arena alone: the context and the work space of cuBLAS come on top.
        if (memoryBytes is { } bytes)
            options["gpu_mem_limit"] = bytes.ToString(CultureInfo.InvariantCulture);
        return options;
    }
}
