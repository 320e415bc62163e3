using Google.Protobuf;

namespace Rerank.RerankerHost.Inference.Graphs;

/// <summary>
/// Moves the selection of the first token's row, from which a cross-encoder's head computes the logit, up through what computes every row by
/// itself: the last layer's feed-forward network then has one row for each pair, instead of one for each token.
/// </summary>
/// <remarks>ONNX Runtime has this, as UpStreamGather, in its builds for training alone.</remarks>
internal sealed class FirstTokenSelection
{
    private const int Int64 = 7, IntegerAttribute = 2;

    private readonly GraphProto _graph;
    private readonly Constants _constants;
    private readonly RowWise _rowWise;
    private readonly Dictionary<string, int> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _users = new(StringComparer.Ordinal);
    private readonly LeastDimensions _dimensions;

    private FirstTokenSelection(GraphProto graph, bool roundedAnew)
    {
        _graph = graph;
        _constants = new Constants(graph);
        _rowWise = new RowWise(_constants, roundedAnew);
        _dimensions = new LeastDimensions(graph, _constants);
        for (var i = 0; i < graph.Node.Count; i++)
        {
            foreach (var output in graph.Node[i].Output)
                _producers[output] = i;
            foreach (var input in graph.Node[i].Input)
                UsersOf(input).Add(i);
        }

        // Whoever reads an output of the graph is not among the nodes.
        foreach (var output in graph.Output)
            UsersOf(output.Name).Add(graph.Node.Count);
    }

    /// <param name="roundedAnew">
    /// Whether rows may be quantized with a scale of their own where the model takes one from all rows. Logits then change by about the error of quantizing.
    /// </param>
    /// <returns>Whether the graph has changed. Its inputs and outputs have not.</returns>
    public static bool MoveUp(GraphProto graph, bool roundedAnew)
    {
        // Nodes in branches and loops use tensors from outside by name.
        if (graph.Node.Any(node => node.Attribute.Any(attribute => attribute.G is not null || attribute.Graphs.Count > 0)))
            return false;
        var selection = new FirstTokenSelection(graph, roundedAnew);
        for (var i = graph.Node.Count - 1; i >= 0; i--)
        {
            if (selection.SelectsFirst(graph.Node[i]) && selection.FindCut(i) is { } cut)
            {
                selection.Insert(cut);
                return true;
            }
        }

        return false;
    }

    private List<int> UsersOf(string tensor)
    {
        if (!_users.TryGetValue(tensor, out var users))
            _users[tensor] = users = [];
        return users;
    }

    private bool SelectsFirst(NodeProto node) =>
        node is { OpType: "Gather", Input.Count: 2 } && Attributes.Find(node, "axis")?.I == 1 && _constants.Integers(node.Input[1]) is [0];

    /// <summary>The highest tensor on which alone the selection depends, and what computes one from the other.</summary>
    private Cut? FindCut(int selecting)
    {
        var cut = default(Cut);
        var between = new HashSet<int>();
        var open = new HashSet<string>(StringComparer.Ordinal) { _graph.Node[selecting].Input[0] };
        while (true)
        {
            // The latest first: whatever uses its outputs has been seen then.
            var latest = open.Max(tensor => _producers.GetValueOrDefault(tensor, -1));
            if (latest < 0 || !_rowWise.Is(_graph.Node[latest]) || !between.Add(latest))
                return cut;
            var node = _graph.Node[latest];
            if (!node.Output.All(output => UsersOf(output).All(user => user == selecting || between.Contains(user))))
                return cut;

            open.ExceptWith(node.Output);
            open.UnionWith(node.Input.Where(input => input.Length > 0 && _constants.Shape(input) is null));
            if (open.Count == 1 && IsWorthwhile(open.First(), between))
                cut = new Cut(open.First(), [.. between]);
        }
    }

    /// <remarks>A tensor of two dimensions would have features where the selection takes the first token.</remarks>
    private bool IsWorthwhile(string tensor, HashSet<int> between) =>
        _producers.ContainsKey(tensor) && _dimensions.Of(tensor) >= LeastDimensions.OfTokens && between.Any(i => RowWise.IsProduct(_graph.Node[i]));

    private void Insert(Cut cut)
    {
        var rows = cut.Tensor + "/first_token";
        var index = rows + "/index";
        foreach (var node in cut.Nodes.Select(i => _graph.Node[i]))
        {
            for (var input = 0; input < node.Input.Count; input++)
            {
                if (node.Input[input] == cut.Tensor)
                    node.Input[input] = rows;
            }
        }

        // The shapes that were written down for these are those of all rows.
        var changed = cut.Nodes.SelectMany(i => _graph.Node[i].Output).ToHashSet(StringComparer.Ordinal);
        foreach (var stale in _graph.ValueInfo.Where(value => changed.Contains(value.Name)).ToArray())
            _graph.ValueInfo.Remove(stale);

        // Rows keep their dimension, so that nothing else in the graph has to change: the old selection takes the first of one.
        _graph.Initializer.Add(new TensorProto { Name = index, DataType = Int64, Dims = { 1 }, RawData = ByteString.CopyFrom(new byte[sizeof(long)]) });
        _graph.Node.Insert(_producers[cut.Tensor] + 1, new NodeProto
        {
            Name = rows,
            OpType = "Gather",
            Input = { cut.Tensor, index },
            Output = { rows },
            Attribute = { new AttributeProto { Name = "axis", I = 1, Type = IntegerAttribute } },
        });
    }

    private sealed record Cut(string Tensor, int[] Nodes);
}
