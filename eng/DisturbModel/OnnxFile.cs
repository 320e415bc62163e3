using System.Buffers.Binary;

namespace Rerank.DisturbModel;

/// <summary>A model file with one graph and one output. Field numbers are those of onnx.proto.</summary>
internal sealed class OnnxFile
{
    private const int Graph = 7, OpsetImport = 8;
    private const int GraphNode = 1, GraphInitializer = 5, GraphOutput = 12;
    private const int NodeInput = 1, NodeOutput = 2;
    private const int TensorDimension = 1, TensorType = 2, TensorName = 8, TensorRaw = 9;
    private const ulong Float = 1;

    // From this version on, axes of Unsqueeze and ReduceSum are inputs, as the nodes that are added here have them.
    private const ulong OldestOpset = 13;

    private readonly ProtoMessage _model;
    private readonly ProtoMessage _graph;

    private OnnxFile(ProtoMessage model, ProtoMessage graph)
    {
        _model = model;
        _graph = graph;
    }

    private string Output => ProtoMessage.Read(_graph.All(GraphOutput).Single()).Text(1);

    /// <exception cref="InvalidDataException">It is no ONNX model, or not one that can be disturbed.</exception>
    public static OnnxFile Read(ReadOnlyMemory<byte> bytes)
    {
        var model = ProtoMessage.Read(bytes);
        var opset = model.All(OpsetImport).Select(ProtoMessage.Read).FirstOrDefault(import => import.Text(1).Length == 0)?.Value(2) ?? 0;
        if (opset < OldestOpset)
            throw new InvalidDataException($"the model uses operator set {opset}; {OldestOpset} or later is needed");
        var graph = ProtoMessage.Read(model.All(Graph).Single());
        return graph.All(GraphOutput).Count() == 1 ? new(model, graph) : throw new InvalidDataException("the model has more outputs than one");
    }

    public byte[] ToBytes()
    {
        var fields = _model.Fields.Select(field => field.Number == Graph ? field with { Content = _graph.ToBytes() } : field);
        return new ProtoMessage(fields).ToBytes();
    }

    /// <summary>Names and dimensions of the tensors of 32-bit numbers.</summary>
    public IEnumerable<(string Name, int[] Dimensions)> Tensors() =>
        _graph.All(GraphInitializer).Select(ProtoMessage.Read).Where(tensor => tensor.Value(TensorType) == Float)
            .Select(tensor => (tensor.Text(TensorName), Dimensions(tensor)));

    /// <summary>The weights by which the output is made of the last hidden values: the first matrix on the way up from it.</summary>
    public string Head()
    {
        var matrices = Tensors().Where(tensor => tensor.Dimensions.Length == 2).Select(tensor => tensor.Name).ToHashSet();
        var constants = Tensors().Select(tensor => tensor.Name).ToHashSet();
        var nodes = _graph.All(GraphNode).Select(ProtoMessage.Read).ToList();
        for (var value = Output; ;)
        {
            var node = nodes.Find(node => node.Texts(NodeOutput).Contains(value))
                ?? throw new InvalidDataException("no matrix leads to the model's output");
            if (node.Texts(NodeInput).FirstOrDefault(matrices.Contains) is { } head)
                return head;
            value = node.Texts(NodeInput).First(input => !constants.Contains(input));
        }
    }

    /// <summary>Replaces a tensor's numbers by what <paramref name="change"/> makes of them.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor of 32-bit numbers.</exception>
    public OnnxFile WithTensor(string name, Func<float[], IEnumerable<float>> change)
    {
        if (!Tensors().Any(tensor => tensor.Name == name))
            throw new InvalidDataException($"the model has no tensor {name} of 32-bit floating-point numbers");
        return new(_model, new(_graph.Fields.Select(field =>
            field.Number == GraphInitializer && ProtoMessage.Read(field.Content) is var tensor && tensor.Text(TensorName) == name
                ? field with { Content = Changed(tensor, change) }
                : field)));
    }

    /// <summary>Adds to the output, which is of batch x 1, the last of the nodes' outputs, which is too.</summary>
    public OnnxFile WithAddend(OnnxNodes added)
    {
        const string Before = "disturbed.output";
        var output = Output;
        var nodes = _graph.All(GraphNode).Select(ProtoMessage.Read).Select(node => Renamed(node, output, Before))
            .Concat(added.Nodes).Append(OnnxNodes.Node("Add", [Before, added.Result], output));
        return new(_model, new([
            .. nodes.Select(node => new ProtoField(GraphNode, 2, 0, node.ToBytes())),
            .. _graph.Fields.Where(field => field.Number != GraphNode),
            .. added.Constants.Select(constant => new ProtoField(GraphInitializer, 2, 0, constant.ToBytes())),
        ]));
    }

    private static ProtoMessage Renamed(ProtoMessage node, string output, string name) => node.Texts(NodeOutput).Contains(output)
        ? new(node.Fields.Select(field => field.Number == NodeOutput ? new ProtoMessage().With(NodeOutput, name).Fields[0] : field))
        : node;

    private static byte[] Changed(ProtoMessage tensor, Func<float[], IEnumerable<float>> change)
    {
        var raw = tensor.All(TensorRaw).SingleOrDefault();
        if (raw.IsEmpty)
            throw new InvalidDataException("the tensor's numbers aren't in the file as raw bytes");
        float[] numbers = [.. Enumerable.Range(0, raw.Length / sizeof(float)).Select(i => BinaryPrimitives.ReadSingleLittleEndian(raw.Span[(i * sizeof(float))..]))];
        var bytes = OnnxNodes.Raw([.. change(numbers)]);
        return new ProtoMessage(tensor.Fields.Select(field => field.Number == TensorRaw ? field with { Content = bytes } : field)).ToBytes();
    }

    private static int[] Dimensions(ProtoMessage tensor) =>
        [.. tensor.Fields.Where(field => field.Number == TensorDimension).SelectMany(field => field.Type == 2 ? Packed(field.Content) : [(int)field.Value])];

    /// <summary>Numbers one after the other, without tags.</summary>
    private static IEnumerable<int> Packed(ReadOnlyMemory<byte> content)
    {
        var number = 0;
        var shift = 0;
        foreach (var next in content.ToArray())
        {
            number |= (next & 0x7F) << shift;
            shift += 7;
            if (next >= 0x80)
                continue;
            yield return number;
            (number, shift) = (0, 0);
        }
    }
}
