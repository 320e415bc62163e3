using System.Runtime.InteropServices;

namespace Rerank.RerankerHost.Inference.Graphs;

/// <summary>Tensors of a graph that don't depend on its inputs, as far as that is plain to see.</summary>
internal sealed class Constants
{
    private const int Int32 = 6, Int64 = 7;

    private readonly Dictionary<string, TensorProto> _tensors = new(StringComparer.Ordinal);

    public Constants(GraphProto graph)
    {
        foreach (var tensor in graph.Initializer)
            _tensors[tensor.Name] = tensor;
        foreach (var node in graph.Node)
        {
            if (node is { OpType: "Constant", Output: [var output], Attribute: [var value] } && Tensor(value) is { } tensor)
                _tensors[output] = tensor;
        }
    }

    /// <returns>Null: it is no constant.</returns>
    public IReadOnlyList<long>? Shape(string name) => _tensors.GetValueOrDefault(name)?.Dims;

    /// <returns>Nothing: it is no constant, or none of integers.</returns>
    public IReadOnlyList<long> Integers(string name) => _tensors.GetValueOrDefault(name) switch
    {
        { DataType: Int64, Int64Data: { Count: > 0 } numbers } => numbers,
        { DataType: Int32, Int32Data: { Count: > 0 } numbers } => [.. numbers.Select(number => (long)number)],
        { DataType: Int64, HasRawData: true } tensor => MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray(),
        { DataType: Int32, HasRawData: true } tensor => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(tensor.RawData.Span).ToArray(), number => (long)number),
        _ => [],
    };

    private static TensorProto? Tensor(AttributeProto value) => value.Name switch
    {
        "value" => value.T,
        "value_float" => new TensorProto(),
        "value_int" => new TensorProto { DataType = Int64, Int64Data = { value.I } },
        "value_ints" => new TensorProto { DataType = Int64, Dims = { value.Ints.Count }, Int64Data = { value.Ints } },
        _ => null,
    };
}
