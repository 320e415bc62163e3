using System.Buffers.Binary;

namespace Rerank.DisturbModel;

/// <summary>Nodes that are added to a graph, in an order in which they can run.</summary>
internal sealed class OnnxNodes
{
    private const int Float = 1, Int64 = 7;
    private const int AttributeOfInteger = 2, AttributeOfTensor = 4;

    private readonly List<ProtoMessage> _nodes = [];
    private readonly List<ProtoMessage> _constants = [];

    public IReadOnlyList<ProtoMessage> Nodes => _nodes;

    public IReadOnlyList<ProtoMessage> Constants => _constants;

    /// <summary>Output of the last node.</summary>
    public string Result { get; private set; } = "";

    public static ProtoMessage Node(string type, IEnumerable<string> inputs, string output, params ProtoMessage[] attributes)
    {
        var node = inputs.Aggregate(new ProtoMessage(), (node, input) => node.With(1, input)).With(2, output).With(4, type);
        return attributes.Aggregate(node, (node, attribute) => node.With(5, attribute));
    }

    public static byte[] Raw(ReadOnlySpan<float> numbers)
    {
        var bytes = new byte[numbers.Length * sizeof(float)];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
        return bytes;
    }

    /// <returns>Name of the node's output.</returns>
    public string Add(string type, IEnumerable<string> inputs, params ProtoMessage[] attributes)
    {
        Result = $"disturbed.{_nodes.Count}";
        _nodes.Add(Node(type, inputs, Result, attributes));
        return Result;
    }

    /// <returns>Name of the constant.</returns>
    public string Constant(int[] dimensions, params float[] numbers) => Constant(Tensor(Float, dimensions, Raw(numbers)));

    public string Constant(int[] dimensions, long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Constant(Tensor(Int64, dimensions, bytes));
    }

    /// <summary>A matrix of one number all over.</summary>
    public string Matrix(int rows, int columns, float number)
    {
        var shape = new byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(shape, rows);
        BinaryPrimitives.WriteInt64LittleEndian(shape.AsSpan(sizeof(long)), columns);
        var value = new ProtoMessage().With(1, "value").With(5, Tensor(Float, [1], Raw([number]))).With(20, AttributeOfTensor);
        return Add("ConstantOfShape", [Constant(Tensor(Int64, [2], shape))], value);
    }

    public string ToFloat(string input) => Add("Cast", [input], Attribute("to", Float));

    public string ToInteger(string input) => Add("Cast", [input], Attribute("to", Int64));

    public static ProtoMessage Attribute(string name, int value) =>
        new ProtoMessage().With(1, name).With(3, (ulong)value).With(20, AttributeOfInteger);

    private string Constant(ProtoMessage tensor)
    {
        var name = $"disturbed.constant.{_constants.Count}";
        _constants.Add(tensor.With(8, name));
        return name;
    }

    private static ProtoMessage Tensor(ulong type, int[] dimensions, byte[] raw) =>
        dimensions.Aggregate(new ProtoMessage(), (tensor, dimension) => tensor.With(1, (ulong)dimension)).With(2, type).With(9, raw);
}
