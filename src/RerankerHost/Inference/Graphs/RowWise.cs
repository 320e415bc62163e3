namespace Rerank.RerankerHost.Inference.Graphs;

/// <summary>Operators that compute every token's row from that row alone.</summary>
internal sealed class RowWise(Constants constants, bool roundedAnew)
{
    private static readonly HashSet<string> Domains = ["", "ai.onnx", "com.microsoft"];

    private static readonly HashSet<string> Elementwise =
    [
        "Abs", "Add", "BiasGelu", "Cast", "Div", "Erf", "Exp", "FastGelu", "Gelu", "Identity", "Mul", "Neg", "Pow", "QuickGelu", "Reciprocal", "Relu",
        "Sigmoid", "Sqrt", "Sub", "Tanh",
    ];

    private static readonly HashSet<string> Norms =
        ["LayerNormalization", "SimplifiedLayerNormalization", "SkipLayerNormalization", "SkipSimplifiedLayerNormalization"];

    /// <summary>These round rows to a scale that is taken from all rows, so that a row by itself is rounded otherwise.</summary>
    private static readonly HashSet<string> RoundedProducts = ["DynamicQuantizeMatMul", "MatMulInteger", "MatMulIntegerToFloat"];

    public static bool IsProduct(NodeProto node) => node.OpType is "MatMul" or "MatMulNBits" || RoundedProducts.Contains(node.OpType);

    /// <summary>Whether outputs have the dimensions of the input that has most, or more.</summary>
    public static bool KeepsDimensions(NodeProto node) => Elementwise.Contains(node.OpType) || Norms.Contains(node.OpType);

    /// <summary>Whether each output has a row for each row of the inputs, or one number for all.</summary>
    public bool Is(NodeProto node)
    {
        if (!Domains.Contains(node.Domain))
            return false;
        if (Elementwise.Contains(node.OpType))
            return node.Input.All(AddsNoDimension);
        if (Norms.Contains(node.OpType))
            return node.Input.All(AddsNoDimension) && Attributes.Find(node, "axis")?.I is null or -1;
        if (node.OpType == "ReduceMean")
            return Attributes.Find(node, "keepdims")?.I is null or 1 && Axes(node) is [-1];
        if (node.OpType == "Split")
            return Attributes.Find(node, "axis")?.I == -1;
        if (IsProduct(node))
            return (roundedAnew || !RoundedProducts.Contains(node.OpType)) && IsByWeights(node);
        return roundedAnew && node.OpType == "DynamicQuantizeLinear";
    }

    /// <summary>
    /// Whether outputs have no more dimensions than what is computed. A constant may well have another row for each token: the first one's is the first.
    /// </summary>
    private bool AddsNoDimension(string input) => constants.Shape(input) is null or { Count: <= LeastDimensions.OfTokens };

    private bool IsByWeights(NodeProto node) =>
        node.Input.Count >= 2
        && constants.Shape(node.Input[0]) is null
        && constants.Shape(node.Input[1]) is { } weights
        && (weights.Count == 2 || node.OpType == "MatMulNBits");

    private IReadOnlyList<long> Axes(NodeProto node) =>
        Attributes.Find(node, "axes") is { } attribute ? attribute.Ints : node.Input.Count > 1 ? constants.Integers(node.Input[1]) : [];
}
