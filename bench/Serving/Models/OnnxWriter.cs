using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Rerank.Serving.Models;

/// <summary>Writes an ONNX model, which is a protobuf message. Field numbers are those of onnx.proto.</summary>
internal sealed class OnnxWriter : IDisposable
{
    private const int Float = 1, Int8 = 3, Int64 = 7;

    private readonly MemoryStream _graph = new();

    public void Weights(string name, float[] values, params int[] shape) => Tensor(name, Float, MemoryMarshal.AsBytes<float>(values), shape);

    public void Weights(string name, sbyte[] values, params int[] shape) => Tensor(name, Int8, MemoryMarshal.AsBytes<sbyte>(values), shape);

    public void Scalar(string name, float value) => Tensor(name, Float, BitConverter.GetBytes(value));

    public void Scalar(string name, long value) => Tensor(name, Int64, BitConverter.GetBytes(value));

    public void Zero(string name) => Tensor(name, Int8, [0]);

    /// <param name="attributes">Integers and single-precision numbers.</param>
    public void Node(string type, string domain, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        using var node = new MemoryStream();
        foreach (var input in inputs)
            Write(node, 1, input);
        foreach (var output in outputs)
            Write(node, 2, output);
        Write(node, 3, outputs[0]);
        Write(node, 4, type);
        foreach (var (name, value) in attributes)
            Write(node, 5, Attribute(name, value));
        if (domain.Length > 0)
            Write(node, 7, domain);
        Write(_graph, 1, node.ToArray());
    }

    /// <param name="dimensions">Numbers or names.</param>
    public void Input(string name, params object[] dimensions) => Write(_graph, 11, Value(name, Int64, dimensions));

    public void Output(string name, params object[] dimensions) => Write(_graph, 12, Value(name, Float, dimensions));

    public void Save(string path)
    {
        Write(_graph, 2, "cross-encoder");
        using var file = File.Create(path);
        Write(file, 1, 8);
        file.Write(Varint((7 << 3) | 2));
        file.Write(Varint(_graph.Length));
        _graph.WriteTo(file);
        Write(file, 8, Opset("", 17));
        Write(file, 8, Opset("com.microsoft", 1));
    }

    public void Dispose() => _graph.Dispose();

    private static byte[] Opset(string domain, long version)
    {
        using var message = new MemoryStream();
        Write(message, 1, domain);
        Write(message, 2, version);
        return message.ToArray();
    }

    private static byte[] Attribute(string name, object value)
    {
        using var message = new MemoryStream();
        Write(message, 1, name);
        if (value is float number)
        {
            message.Write(Varint((2 << 3) | 5));
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
            message.Write(bytes);
            Write(message, 20, 1);
        }
        else
        {
            Write(message, 3, Convert.ToInt64(value));
            Write(message, 20, 2);
        }

        return message.ToArray();
    }

    private static byte[] Value(string name, int type, object[] dimensions)
    {
        using var shape = new MemoryStream();
        foreach (var dimension in dimensions)
        {
            using var entry = new MemoryStream();
            if (dimension is string symbol)
                Write(entry, 2, symbol);
            else
                Write(entry, 1, Convert.ToInt64(dimension));
            Write(shape, 1, entry.ToArray());
        }

        using var tensor = new MemoryStream();
        Write(tensor, 1, type);
        Write(tensor, 2, shape.ToArray());
        using var kind = new MemoryStream();
        Write(kind, 1, tensor.ToArray());
        using var value = new MemoryStream();
        Write(value, 1, name);
        Write(value, 2, kind.ToArray());
        return value.ToArray();
    }

    private void Tensor(string name, int type, ReadOnlySpan<byte> values, params int[] shape)
    {
        using var tensor = new MemoryStream();
        foreach (var dimension in shape)
            Write(tensor, 1, dimension);
        Write(tensor, 2, type);
        Write(tensor, 8, name);
        Write(tensor, 9, values);
        Write(_graph, 5, tensor.GetBuffer().AsSpan(0, (int)tensor.Length));
    }

    private static void Write(Stream to, int field, string text) => Write(to, field, Encoding.UTF8.GetBytes(text));

    private static void Write(Stream to, int field, ReadOnlySpan<byte> content)
    {
        to.Write(Varint((field << 3) | 2));
        to.Write(Varint(content.Length));
        to.Write(content);
    }

    private static void Write(Stream to, int field, long value)
    {
        to.Write(Varint(field << 3));
        to.Write(Varint(value));
    }

    private static byte[] Varint(long value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
