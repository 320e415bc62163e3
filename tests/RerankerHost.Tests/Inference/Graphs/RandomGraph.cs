using Rerank.RerankerHost.Inference.Graphs;

namespace Rerank.RerankerHost.Tests.Inference.Graphs;

/// <summary>
/// A graph of random operators between the tokens and the selection of the first: most compute every token by itself, some mix them, some tensors are used twice. It takes
/// <see cref="Tokens"/> tokens.
/// </summary>
internal sealed class RandomGraph(Random random)
{
    public const int Tokens = 5, Vocabulary = 30;

    private const int Width = 4;

    private static readonly string[] Unary = ["Tanh", "Sigmoid", "Abs", "Neg", "Erf", "Identity"];
    private static readonly string[] Binary = ["Add", "Sub", "Mul"];

    private readonly TestGraph _graph = new("input_ids");
    private readonly List<string> _tensors = [];

    public ModelProto Model()
    {
        _tensors.Add(_graph.Add("Gather", [Weights(Vocabulary, Width), "input_ids"]));
        for (var nodes = random.Next(3, 14); nodes > 0; nodes--)
            _tensors.Add(Next());

        var first = _graph.Add("Gather", [_tensors[^1], _graph.Integers(random.Next(2) == 0 ? [] : [1], random.Next(8) == 0 ? 1 : 0)], TestGraph.Attribute("axis", 1));
        var logits = _graph.Add("ReduceSum", [_graph.Add("MatMul", [first, Weights(Width, 1)]), _graph.Integers([1], -1)], TestGraph.Attribute("keepdims", 0));
        if (random.Next(6) == 0)
            logits = _graph.Add("Add", [logits, Sum(_graph.Add("ReduceMax", [Any()], TestGraph.Attribute("axes", [1])))]);
        return random.Next(8) == 0 ? _graph.ToModel(logits, others: Any()) : _graph.ToModel(logits);
    }

    private string Next() => random.Next(16) switch
    {
        0 or 1 or 2 => Product(Recent()),
        3 or 4 => _graph.Add(Unary[random.Next(Unary.Length)], [Recent()]),
        5 or 6 => _graph.Add(Binary[random.Next(Binary.Length)], [Recent(), Any()]),
        7 or 8 => _graph.Add(Binary[random.Next(Binary.Length)], [Recent(), Constant()]),
        9 => _graph.Add("LayerNormalization", [Recent(), Weights(Width)], TestGraph.Attribute("axis", -1)),
        10 => _graph.Add("LayerNormalization", [Recent(), Weights(Tokens, Width)], TestGraph.Attribute("axis", random.Next(2) == 0 ? 1 : -2)),
        11 => Centered(Recent(), axis: random.Next(3) == 0 ? 1 : -1),
        12 => Gated(Recent(), random.Next(4) == 0 ? 1 : -1),
        13 => _graph.Add("Softmax", [Recent()], TestGraph.Attribute("axis", random.Next(2) == 0 ? 1 : -1)),
        _ => Rounded(Recent()),
    };

    private string Product(string tensor) => _graph.Add("MatMul", [tensor, Weights(Width, Width)]);

    private string Centered(string tensor, int axis) =>
        _graph.Add("Sub", [tensor, _graph.Add("ReduceMean", [tensor], TestGraph.Attribute("axes", [axis]), TestGraph.Attribute("keepdims", 1))]);

    /// <summary>A part of the features, or of the tokens, times another; features are then put back to their number.</summary>
    private string Gated(string tensor, int axis)
    {
        if (axis == 1)
        {
            var tokens = _graph.Add("Split", [tensor, _graph.Integers([2], 1, Tokens - 1)], outputs: 2, TestGraph.Attribute("axis", 1));
            return _graph.Add("Mul", [tokens[0], tensor]);
        }

        var halves = _graph.Add("Split", [tensor, _graph.Integers([2], Width / 2, Width / 2)], outputs: 2, TestGraph.Attribute("axis", -1));
        return _graph.Add("MatMul", [_graph.Add("Mul", [halves[0], halves[1]]), Weights(Width / 2, Width)]);
    }

    /// <summary>A product as dynamic quantization has it: the scale is of all tokens.</summary>
    private string Rounded(string tensor)
    {
        var rounded = _graph.Add("DynamicQuantizeLinear", [tensor], outputs: 3);
        var product = _graph.Add("MatMulInteger", [rounded[0], _graph.Bytes([Width, Width], TestGraph.Uint8, _ => (byte)random.Next(5)), rounded[2]]);
        return _graph.Add("Mul", [_graph.Add("Cast", [product], TestGraph.Attribute("to", TestGraph.Float)), rounded[1]]);
    }

    private string Sum(string tensor) => _graph.Add("ReduceSum", [tensor, _graph.Integers([2], 1, 2)], TestGraph.Attribute("keepdims", 0));

    private string Constant() => random.Next(8) switch
    {
        0 => _graph.Constant(random.Next(5)),
        1 => Weights(1),
        2 => Weights(1, 1, Width),
        3 => Weights(Tokens, random.Next(2) == 0 ? 1 : Width),
        4 => Weights(1, Tokens, Width),
        _ => Weights(Width),
    };

    private string Weights(params long[] dimensions) => _graph.Numbers(dimensions, _ => (float)(random.NextDouble() * 2 - 1));

    private string Recent() => random.Next(4) == 0 ? Any() : _tensors[^1];

    private string Any() => _tensors[random.Next(_tensors.Count)];
}
