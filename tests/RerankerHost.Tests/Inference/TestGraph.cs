using System.Runtime.InteropServices;
using Google.Protobuf;
using Rerank.RerankerHost.Inference.Graphs;

namespace Rerank.RerankerHost.Tests.Inference;

/// <summary>A graph that is put together node by node, in the order in which they run.</summary>
internal sealed class TestGraph
{
    /// <summary>Types of elements, as ONNX numbers them.</summary>
    public const int Float = 1, Uint8 = 2, Int8 = 3, Int32 = 6, Int64 = 7, Float16 = 10, BFloat16 = 16;

    private const int FloatAttribute = 1, IntegerAttribute = 2, IntegersAttribute = 7;

    private readonly GraphProto _graph = new() { Name = "graph" };

    /// <param name="input">Of integers, batch x sequence.</param>
    public TestGraph(string input, int type = Int64) => AddInput(input, type);

    public void AddInput(string name, int type) => _graph.Input.Add(Value(name, type, "batch", "sequence"));

    /// <returns>Name of the output of a node that gives this number.</returns>
    public string Constant(float number) => Add("Constant", [], new AttributeProto { Name = "value_float", F = number, Type = FloatAttribute });

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, I = value, Type = IntegerAttribute };

    public static AttributeProto Attribute(string name, long[] values) => new() { Name = name, Ints = { values }, Type = IntegersAttribute };

    /// <returns>Name of the node's output.</returns>
    public string Add(string type, string[] inputs, params AttributeProto[] attributes) => Add(type, inputs, outputs: 1, attributes)[0];

    /// <returns>Names of the node's outputs.</returns>
    public string[] Add(string type, string[] inputs, int outputs, params AttributeProto[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(i => $"{type}{_graph.Node.Count}.{i}")];
        _graph.Node.Add(new NodeProto { OpType = type, Input = { inputs }, Output = { names }, Attribute = { attributes } });
        return names;
    }

    /// <returns>Name of the constant.</returns>
    public string Numbers(long[] dimensions, Func<int, float> number) =>
        Constant(Float, dimensions, MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, Count(dimensions)).Select(number)]));

    /// <returns>Name of the constant.</returns>
    public string Integers(long[] dimensions, params long[] numbers) => Constant(Int64, dimensions, MemoryMarshal.AsBytes<long>(numbers));

    /// <returns>Name of the constant.</returns>
    public string Bytes(long[] dimensions, int type, Func<int, byte> number) => Constant(type, dimensions, [.. Enumerable.Range(0, Count(dimensions)).Select(number)]);

    /// <param name="logits">Which tensor becomes the output: batch x <paramref name="labels"/>.</param>
    /// <param name="others">Tensors that are outputs too.</param>
    public ModelProto ToModel(string logits, int labels = 1, params string[] others) => ToModel(logits, Float, labels, others);

    /// <param name="type">Of the output's elements.</param>
    public ModelProto ToModel(string logits, int type, int labels, params string[] others)
    {
        var graph = _graph.Clone();
        graph.Node.Add(new NodeProto { OpType = "Identity", Input = { logits }, Output = { "logits" } });
        graph.Output.Add(Value("logits", type, "batch", labels));
        graph.Output.Add(others.Select(name => new ValueInfoProto { Name = name }));
        return new ModelProto { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 17 } } };
    }

    private static int Count(long[] dimensions) => (int)dimensions.Aggregate(1L, (count, length) => count * length);

    private static ValueInfoProto Value(string name, int type, string rows, object columns) => new()
    {
        Name = name,
        Type = new() { TensorType = new() { ElemType = type, Shape = new() { Dim = { Dimension(rows), Dimension(columns) } } } },
    };

    private static TensorShapeProto.Types.Dimension Dimension(object length) => length is string name ? new() { DimParam = name } : new() { DimValue = (int)length };

    private string Constant(int type, long[] dimensions, ReadOnlySpan<byte> values)
    {
        var name = $"constant{_graph.Initializer.Count}";
        _graph.Initializer.Add(new TensorProto { Name = name, DataType = type, Dims = { dimensions }, RawData = ByteString.CopyFrom(values) });
        return name;
    }
}
