using System.Text;

namespace Rerank.RerankerHost.Tests.Inference;

/// <summary>Writes very small ONNX models: a protobuf message by hand, since no writer is among our packages.</summary>
internal static class OnnxModel
{
    private const int Float = 1;
    private const int Int64 = 7;

    /// <summary>Infinite as soon as a token's id is 89 or more.</summary>
    public static byte[] ExponentialOfLargestId() => Reducing("input_ids", 1, [Node("Exp", ["largest"], ["logits"])]);

    public static byte[] NotANumber() => Reducing(
        "input_ids", 1, [Node("Sub", ["largest", "largest"], ["zero"]), Node("Div", ["zero", "zero"], ["logits"])]);

    /// <summary>Gives the largest id.</summary>
    public static byte[] WithInput(string name) => Reducing(name, 1, [Node("Identity", ["largest"], ["logits"])]);

    /// <summary>Says that it has more labels than one.</summary>
    public static byte[] WithLabels(int labels) => Reducing(
        "input_ids", labels, [Node("Concat", [.. Enumerable.Repeat("largest", labels)], ["logits"], Attribute("axis", 1))]);

    public static byte[] WithOperator(string name) => Reducing("input_ids", 1, [Node(name, ["largest"], ["logits"])]);

    /// <summary>Looks every id up in a table of <paramref name="rows"/> numbers, and gives the largest; an id beyond the table is an error.</summary>
    public static byte[] WithTable(int rows) => Model(
        [
            Node("Gather", ["table", "input_ids"], ["numbers"]),
            Node("ReduceMax", ["numbers"], ["logits"], Field(5, [.. Text(1, "axes"), .. Number(8, 1), .. Number(20, 7)]), Attribute("keepdims", 0)),
        ],
        Value("input_ids", Int64, Dimension("batch"), Dimension("sequence")),
        Value("logits", Float, Dimension("batch"), Field(1, Number(1, 1))),
        Field(5, [.. Number(1, rows), .. Number(1, 1), .. Number(2, Float), .. Text(8, "table"), .. Field(9, new byte[rows * sizeof(float)])]));

    private static byte[] Reducing(string input, int labels, byte[][] rest) => Model(
        [
            Node("Cast", [input], ["numbers"], Attribute("to", Float)),
            Node("ReduceMax", ["numbers"], ["largest"], Field(5, [.. Text(1, "axes"), .. Number(8, 1), .. Number(20, 7)]), Attribute("keepdims", 1)),
            .. rest,
        ],
        Value(input, Int64, Dimension("batch"), Dimension("sequence")),
        Value("logits", Float, Dimension("batch"), Field(1, Number(1, labels))));

    private static byte[] Model(byte[][] nodes, byte[] input, byte[] output, params byte[] initializers) =>
    [
        .. Number(1, 7),
        .. Field(7, [.. nodes.SelectMany(node => Field(1, node)), .. Text(2, "graph"), .. initializers, .. Field(11, input), .. Field(12, output)]),
        .. Field(8, Number(2, 14)),
    ];

    private static byte[] Node(string type, string[] inputs, string[] outputs, params byte[][] attributes) =>
    [
        .. inputs.SelectMany(name => Text(1, name)), .. outputs.SelectMany(name => Text(2, name)), .. Text(4, type), .. attributes.SelectMany(a => a),
    ];

    private static byte[] Attribute(string name, long value) => Field(5, [.. Text(1, name), .. Number(3, value), .. Number(20, 2)]);

    private static byte[] Value(string name, int type, params byte[][] dimensions) =>
    [
        .. Text(1, name), .. Field(2, Field(1, [.. Number(1, type), .. Field(2, [.. dimensions.SelectMany(d => d)])])),
    ];

    private static byte[] Dimension(string name) => Field(1, Text(2, name));

    private static byte[] Text(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int field, byte[] content) => [.. Varint((field << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Number(int field, long value) => [.. Varint(field << 3), .. Varint(value)];

    private static byte[] Varint(long value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
