using System.Text;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Inference.Graphs;

/// <summary>Which operators a model file uses, in branches, loops and functions too. ONNX Runtime doesn't tell.</summary>
internal sealed class OnnxOperators
{
    private const int Model = 0, Graph = 1, Function = 2, Node = 3, Attribute = 4;
    private const int FunctionsOfModel = 25, NodesOfFunction = 7;
    private const int MaxDepth = 32;
    private const int MaxNameBytes = 256;

    private readonly ProtobufFile _file;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private OnnxOperators(ProtobufFile file) => _file = file;

    /// <exception cref="ModelLoadException">The file is no ONNX model.</exception>
    public static IReadOnlySet<string> Read(string path)
    {
        using var file = new ProtobufFile(path);
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
    private static int? Child(int message, ulong field) => (message, field) switch
    {
        (Model, ModelProto.GraphFieldNumber) => Graph,
        (Model, FunctionsOfModel) => Function,
        (Graph, GraphProto.NodeFieldNumber) => Node,
        (Function, NodesOfFunction) => Node,
        (Node, NodeProto.AttributeFieldNumber) => Attribute,
        (Attribute, AttributeProto.GFieldNumber or AttributeProto.GraphsFieldNumber) => Graph,
        _ => null,
    };

    private void ReadMessage(int message, long end, int depth)
    {
        if (depth == 0)
            throw new InvalidDataException("nested too deep");

        while (_file.Next(end) is { } field)
        {
            if (!field.IsBytes)
                _file.Skip(field);
            else if (message == Node && field.Number == NodeProto.OpTypeFieldNumber)
                ReadName(field);
            else if (Child(message, field.Number) is { } child)
                ReadMessage(child, field.End, depth - 1);
            else
                _file.Skip(field);
        }
    }

    private void ReadName(ProtobufField field)
    {
        if (field.Length > MaxNameBytes)
            throw new InvalidDataException("an operator's name is too long");
        Span<byte> bytes = stackalloc byte[(int)field.Length];
        _file.Read(field, bytes);
        _names.Add(Encoding.UTF8.GetString(bytes));
    }
}
