using System.Runtime.InteropServices;
using Google.Protobuf;
using Rerank.RerankerHost.Inference.Graphs;

namespace Rerank.Serving.Models;

/// <summary>Puts an ONNX model together, node by node.</summary>
internal sealed class OnnxWriter
{
    // Of elements and of attributes, as onnx.proto numbers them.
    private const int Float = 1, Int8 = 3, Int64 = 7;
    private const int FloatAttribute = 1, IntegerAttribute = 2;

    private readonly GraphProto _graph = new() { Name = "cross-encoder" };

    public void Weights(string name, float[] values, params long[] shape) => Tensor(name, Float, MemoryMarshal.AsBytes<float>(values), shape);

    public void Weights(string name, sbyte[] values, params long[] shape) => Tensor(name, Int8, MemoryMarshal.AsBytes<sbyte>(values), shape);

    public void Scalar(string name, float value) => Tensor(name, Float, BitConverter.GetBytes(value));

    public void Scalar(string name, long value) => Tensor(name, Int64, BitConverter.GetBytes(value));

    public void Zero(string name) => Tensor(name, Int8, [0]);

    /// <param name="attributes">Integers and single-precision numbers.</param>
    public void Node(string type, string domain, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes) => _graph.Node.Add(new NodeProto
    {
        OpType = type,
        Domain = domain,
        Name = outputs[0],
        Input = { inputs },
        Output = { outputs },
        Attribute = { attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)) },
    });

    /// <param name="dimensions">Numbers or names.</param>
    public void Input(string name, params object[] dimensions) => _graph.Input.Add(Value(name, Int64, dimensions));

    public void Output(string name, params object[] dimensions) => _graph.Output.Add(Value(name, Float, dimensions));

    public void Save(string path)
    {
        using var file = File.Create(path);
        new ModelProto
        {
            IrVersion = 8,
            Graph = _graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 }, new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 } },
        }.WriteTo(file);
    }

    private static AttributeProto Attribute(string name, object value) => value is float number
        ? new() { Name = name, F = number, Type = FloatAttribute }
        : new() { Name = name, I = Convert.ToInt64(value), Type = IntegerAttribute };

    private static ValueInfoProto Value(string name, int type, object[] dimensions) => new()
    {
        Name = name,
        Type = new() { TensorType = new() { ElemType = type, Shape = new() { Dim = { dimensions.Select(Dimension) } } } },
    };

    private static TensorShapeProto.Types.Dimension Dimension(object length) =>
        length is string name ? new() { DimParam = name } : new() { DimValue = Convert.ToInt64(length) };

    private void Tensor(string name, int type, ReadOnlySpan<byte> values, params long[] shape) =>
        _graph.Initializer.Add(new TensorProto { Name = name, DataType = type, Dims = { shape }, RawData = ByteString.CopyFrom(values) });
}
