using Rerank.RerankerHost.Inference.Graphs;

namespace Rerank.RerankerHost.Tests.Inference.Graphs;

/// <summary>A model of one layer in the operators that exporters write, before ONNX Runtime fuses them.</summary>
internal sealed class ExportedLayer(int seed)
{
    private const int Width = 8, Wide = 16;

    private readonly TestGraph _graph = new("input_ids");
    private readonly Random _random = new(seed);

    /// <summary>What attention gives, with the connection past it: from there on rows are apart.</summary>
    public string BehindAttention { get; private set; } = "";

    /// <summary>Norms behind attention and network, taken apart, as is the error function's GELU.</summary>
    public ModelProto Bert()
    {
        var embedded = Norm(Embeddings());
        BehindAttention = Add(Attention(embedded), embedded);
        var normed = Norm(BehindAttention);
        var wide = Add(Product(normed, Width, Wide), Weights(Wide));
        var narrow = Add(Product(Gelu(wide), Wide, Width), Weights(Width));
        return Head(Norm(Add(narrow, normed)));
    }

    /// <summary>Norms before attention and network, which is gated, and one at the end.</summary>
    public ModelProto ModernBert()
    {
        var embedded = LayerNorm(Embeddings());
        BehindAttention = Add(embedded, Attention(LayerNorm(embedded)));
        var wide = Product(LayerNorm(BehindAttention), Width, 2 * Wide);
        var halves = _graph.Add("Split", [wide, _graph.Integers([2], Wide, Wide)], outputs: 2, TestGraph.Attribute("axis", -1));
        var gated = _graph.Add("Mul", [Gelu(halves[0]), halves[1]]);
        return Head(LayerNorm(Add(BehindAttention, Product(gated, Wide, Width))));
    }

    private string Embeddings() => _graph.Add("Gather", [Weights(RandomGraph.Vocabulary, Width), "input_ids"]);

    private string Attention(string tensor)
    {
        var (query, key, value) = (Product(tensor, Width, Width), Product(tensor, Width, Width), Product(tensor, Width, Width));
        var weights = _graph.Add("Softmax", [_graph.Add("MatMul", [query, Transposed(key)])], TestGraph.Attribute("axis", -1));
        return Add(Product(_graph.Add("MatMul", [weights, value]), Width, Width), Weights(Width));
    }

    private string Transposed(string tensor) => _graph.Add("Transpose", [tensor], TestGraph.Attribute("perm", [0, 2, 1]));

    private string Norm(string tensor)
    {
        var centered = _graph.Add("Sub", [tensor, Mean(tensor)]);
        var deviation = _graph.Add("Sqrt", [Add(Mean(_graph.Add("Pow", [centered, _graph.Constant(2)])), _graph.Constant(1e-12f))]);
        return Add(_graph.Add("Mul", [_graph.Add("Div", [centered, deviation]), Weights(Width)]), Weights(Width));
    }

    private string LayerNorm(string tensor) => _graph.Add("LayerNormalization", [tensor, Weights(Width)], TestGraph.Attribute("axis", -1));

    private string Mean(string tensor) => _graph.Add("ReduceMean", [tensor], TestGraph.Attribute("axes", [-1]));

    private string Gelu(string tensor)
    {
        var share = Add(_graph.Add("Erf", [_graph.Add("Div", [tensor, _graph.Constant(MathF.Sqrt(2))])]), _graph.Constant(1));
        return _graph.Add("Mul", [_graph.Add("Mul", [tensor, share]), _graph.Constant(0.5f)]);
    }

    private ModelProto Head(string tensor)
    {
        var first = _graph.Add("Gather", [tensor, _graph.Integers([], 0)], TestGraph.Attribute("axis", 1));
        return _graph.ToModel(Product(first, Width, 1));
    }

    private string Product(string tensor, int rows, int columns) => _graph.Add("MatMul", [tensor, Weights(rows, columns)]);

    private string Add(string a, string b) => _graph.Add("Add", [a, b]);

    private string Weights(params long[] dimensions) => _graph.Numbers(dimensions, _ => (float)(_random.NextDouble() * 2 - 1));
}
