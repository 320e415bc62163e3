using System.Text;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Inference;

/// <summary>Which operators a model file uses.</summary>
/// <remarks>
/// ONNX Runtime doesn't tell them. The file is a protobuf message of which five fields are enough, so the file is walked
/// instead of being read with a protobuf library: every other field, the weights above all, is jumped over.
/// </remarks>
internal sealed class OnnxOperators
{
    private const int Model = 0, Graph = 1, Function = 2, Node = 3, Attribute = 4;
    private const int MaxDepth = 32;
    private const int MaxNameBytes = 256;

    private readonly Stream _file;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private OnnxOperators(Stream file) => _file = file;

    /// <exception cref="ModelLoadException">The file is no ONNX model.</exception>
    public static IReadOnlySet<string> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 16 * 1024);
        var operators = new OnnxOperators(file);
        try
        {
            operators.ReadMessage(Model, file.Length, MaxDepth);
        }
        catch (InvalidDataException e)
        {
            throw new ModelLoadException(ModelFailure.LoadFailed, $"{path} is not an ONNX model: {e.Message}", e);
        }

        return operators._names;
    }

    /// <summary>The messages that can hold operators, by the message they are in and their field there.</summary>
    private static int? Child(int message, int field) => (message, field) switch
    {
        (Model, 7) => Graph,
        (Model, 25) => Function,
        (Graph, 1) => Node,
        (Function, 7) => Node,
        (Node, 5) => Attribute,
        (Attribute, 6 or 11) => Graph,
        _ => null,
    };

    private void ReadMessage(int message, long end, int depth)
    {
        if (depth == 0)
            throw new InvalidDataException("nested too deep");

        while (_file.Position < end)
        {
            var tag = ReadNumber();
            switch (tag & 7)
            {
                case 0:
                    ReadNumber();
                    break;
                case 1:
                    Skip(8, end);
                    break;
                case 2:
                    ReadField(message, (int)(tag >> 3), end, depth);
                    break;
                case 5:
                    Skip(4, end);
                    break;
                default:
                    throw new InvalidDataException($"unknown wire type {tag & 7}");
            }
        }

        if (_file.Position != end)
            throw new InvalidDataException("a field ends behind its message");
    }

    private void ReadField(int message, int field, long end, int depth)
    {
        var length = ReadNumber();
        if (length > (ulong)(end - _file.Position))
            throw new InvalidDataException("a field is longer than its message");

        if (message == Node && field == 4)
            ReadName((int)Math.Min(length, int.MaxValue));
        else if (Child(message, field) is { } child)
            ReadMessage(child, _file.Position + (long)length, depth - 1);
        else
            Skip((long)length, end);
    }

    private void ReadName(int length)
    {
        if (length > MaxNameBytes)
            throw new InvalidDataException("an operator's name is too long");
        Span<byte> bytes = stackalloc byte[length];
        _file.ReadExactly(bytes);
        _names.Add(Encoding.UTF8.GetString(bytes));
    }

    private void Skip(long length, long end)
    {
        if (length > end - _file.Position)
            throw new InvalidDataException("a field is longer than its message");
        _file.Seek(length, SeekOrigin.Current);
    }

    private ulong ReadNumber()
    {
        var number = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = _file.ReadByte();
            if (next < 0)
                throw new InvalidDataException("the file ends within a field");
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }

        throw new InvalidDataException("a number is too long");
    }
}
