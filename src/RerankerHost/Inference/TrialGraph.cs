using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Rerank.RerankerHost.Inference.Graphs;

namespace Rerank.RerankerHost.Inference;

/// <summary>The smallest model that shows whether a provider computes: a product, which is a library's kernel, and a sum, which is ONNX Runtime's own.</summary>
internal static class TrialGraph
{
    private const int Float = 1;
    private const float Input = 2, Weight = 3, Bias = 4;

    public static ModelProto Model { get; } = new()
    {
        IrVersion = 8,
        OpsetImport = { new OperatorSetIdProto { Version = 17 } },
        Graph = new GraphProto
        {
            Name = "trial",
            Node =
            {
                new NodeProto { OpType = "MatMul", Input = { "input", "weight" }, Output = { "product" } },
                new NodeProto { OpType = "Add", Input = { "product", "bias" }, Output = { "output" } },
            },
            Initializer = { Constant("weight", Weight), Constant("bias", Bias) },
            Input = { Value("input") },
            Output = { Value("output") },
        },
    };

    /// <returns>Whether what comes out is right.</returns>
    /// <exception cref="OnnxRuntimeException">It can't be run.</exception>
    public static bool Run(InferenceSession session)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, new[] { Input }.AsMemory(), [1, 1]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["input"], [input], ["output"]);
        return outputs[0].GetTensorDataAsSpan<float>()[0] == (Input * Weight) + Bias;
    }

    private static TensorProto Constant(string name, float value) => new()
    {
        Name = name,
        DataType = Float,
        Dims = { 1, 1 },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([value])),
    };

    private static ValueInfoProto Value(string name) => new()
    {
        Name = name,
        Type = new() { TensorType = new() { ElemType = Float, Shape = new() { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 1 }, new TensorShapeProto.Types.Dimension { DimValue = 1 } } } } },
    };
}
