namespace Rerank.RerankerHost.Inference.Graphs;

/// <summary>
/// How many dimensions a graph's tensors have at least, from the token ids down: what isn't known counts as none, and every sum with what is known
/// has as many as that.
/// </summary>
internal sealed class LeastDimensions
{
    /// <summary>Of tokens' rows: batch, tokens, features.</summary>
    public const int OfTokens = 3;

    private readonly Constants _constants;
    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);

    public LeastDimensions(GraphProto graph, Constants constants)
    {
        _constants = constants;
        foreach (var input in graph.Input)
            _known[input.Name] = input.Type?.TensorType?.Shape?.Dim.Count ?? 0;
        foreach (var node in graph.Node.Where(node => node.Output.Count > 0 && node.Input.Count > 0))
            _known[node.Output[0]] = OfOutput(node);
    }

    public int Of(string tensor) => _constants.Shape(tensor) is { } shape ? shape.Count : _known.GetValueOrDefault(tensor);

    private int OfOutput(NodeProto node) => node.OpType switch
    {
        "EmbedLayerNormalization" => OfTokens,
        "Gather" when node.Input.Count == 2 && Attributes.Find(node, "axis")?.I is null or 0 => Of(node.Input[0]) is > 0 and var table ? table - 1 + Of(node.Input[1]) : 0,
        _ => RowWise.KeepsDimensions(node) ? node.Input.Max(Of) : 0,
    };
}
