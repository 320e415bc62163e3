namespace Rerank.Serving.Models;

/// <summary>
/// Writes a BERT cross-encoder of a given shape with seeded weights, in the operators that ONNX Runtime's transformer optimizer
/// fuses a real one into. The numbers mean nothing; the time that they take is the real model's.
/// </summary>
internal sealed class BertModel(BertShape shape, bool quantized)
{
    private const string Microsoft = "com.microsoft";
    private const float Epsilon = 1e-12f;

    private readonly Random _random = new(20_26);
    private readonly OnnxWriter _onnx = new();

    public void Save(string path)
    {
        foreach (var input in (string[])["input_ids", "attention_mask", "token_type_ids"])
        {
            _onnx.Input(input, "batch", "sequence");
            _onnx.Node("Cast", "", [input], [input + "_32"], ("to", 6));
        }

        var state = Embeddings();
        for (var layer = 0; layer < shape.Layers; layer++)
            state = Layer($"layer{layer}", state);
        Head(state);
        _onnx.Output("logits", "batch", 1);
        _onnx.Save(path);
    }

    private string Embeddings()
    {
        var hidden = shape.Hidden;
        _onnx.Weights("words", Normal(BertShape.Vocabulary * hidden), BertShape.Vocabulary, hidden);
        _onnx.Weights("positions", Normal(BertShape.Positions * hidden), BertShape.Positions, hidden);
        _onnx.Weights("types", Normal(2 * hidden), 2, hidden);
        Norm("embedding");
        _onnx.Node(
            "EmbedLayerNormalization",
            Microsoft,
            ["input_ids_32", "token_type_ids_32", "words", "positions", "types", "embedding.gamma", "embedding.beta", "attention_mask_32"],
            ["embedded", "mask_index"],
            ("epsilon", Epsilon));
        return "embedded";
    }

    private string Layer(string name, string input)
    {
        var (hidden, wide) = (shape.Hidden, shape.Intermediate);
        var attention = Attention($"{name}.attention", input);
        var projected = MatMul($"{name}.projection", attention, hidden, hidden);
        var first = SkipNorm($"{name}.norm1", projected, input);
        var widened = MatMul($"{name}.wide", first, hidden, wide);
        _onnx.Weights($"{name}.wide.bias", Normal(wide), wide);
        _onnx.Node("BiasGelu", Microsoft, [widened, $"{name}.wide.bias"], [$"{name}.gelu"]);
        var narrowed = MatMul($"{name}.narrow", $"{name}.gelu", wide, hidden);
        return SkipNorm($"{name}.norm2", narrowed, first);
    }

    private string Attention(string name, string input)
    {
        var hidden = shape.Hidden;
        _onnx.Weights(name + ".bias", Normal(3 * hidden), 3 * hidden);
        if (!quantized)
        {
            _onnx.Weights(name + ".weight", Normal(hidden * 3 * hidden), hidden, 3 * hidden);
            _onnx.Node("Attention", Microsoft, [input, name + ".weight", name + ".bias", "mask_index"], [name], ("num_heads", shape.Heads));
            return name;
        }

        Quantized(name, hidden, 3 * hidden);
        _onnx.Node("DynamicQuantizeLinear", "", [input], [name + ".q", name + ".q.scale", name + ".q.zero"]);
        _onnx.Node(
            "QAttention",
            Microsoft,
            [name + ".q", name + ".weight", name + ".bias", name + ".q.scale", name + ".scale", "mask_index", name + ".q.zero", name + ".zero"],
            [name],
            ("num_heads", shape.Heads));
        return name;
    }

    private string MatMul(string name, string input, int rows, int columns)
    {
        if (quantized)
        {
            Quantized(name, rows, columns);
            _onnx.Node("DynamicQuantizeMatMul", Microsoft, [input, name + ".weight", name + ".scale", name + ".zero"], [name]);
        }
        else
        {
            _onnx.Weights(name + ".weight", Normal(rows * columns), rows, columns);
            _onnx.Node("MatMul", "", [input, name + ".weight"], [name]);
        }

        return name;
    }

    private string SkipNorm(string name, string input, string skip)
    {
        Norm(name);
        _onnx.Weights(name + ".bias", Normal(shape.Hidden), shape.Hidden);
        _onnx.Node(
            "SkipLayerNormalization", Microsoft, [input, skip, name + ".gamma", name + ".beta", name + ".bias"], [name], ("epsilon", Epsilon));
        return name;
    }

    private void Head(string state)
    {
        _onnx.Scalar("first", 0L);
        _onnx.Node("Gather", "", [state, "first"], ["cls"], ("axis", 1));
        _onnx.Weights("pooler.weight", Normal(shape.Hidden * shape.Hidden), shape.Hidden, shape.Hidden);
        _onnx.Weights("pooler.bias", Normal(shape.Hidden), shape.Hidden);
        _onnx.Node("Gemm", "", ["cls", "pooler.weight", "pooler.bias"], ["pooled"]);
        _onnx.Node("Tanh", "", ["pooled"], ["squashed"]);
        _onnx.Weights("classifier.weight", Normal(shape.Hidden), shape.Hidden, 1);
        _onnx.Weights("classifier.bias", Normal(1), 1);
        _onnx.Node("Gemm", "", ["squashed", "classifier.weight", "classifier.bias"], ["logits"]);
    }

    private void Norm(string name)
    {
        _onnx.Weights(name + ".gamma", [.. Enumerable.Repeat(1f, shape.Hidden)], shape.Hidden);
        _onnx.Weights(name + ".beta", new float[shape.Hidden], shape.Hidden);
    }

    /// <summary>One scale for the whole matrix, symmetric, as dynamic quantisation makes it by default.</summary>
    private void Quantized(string name, int rows, int columns)
    {
        var values = Normal(rows * columns);
        var scale = values.Max(Math.Abs) / 127;
        _onnx.Weights(name + ".weight", Array.ConvertAll(values, v => (sbyte)MathF.Round(v / scale)), rows, columns);
        _onnx.Scalar(name + ".scale", scale);
        _onnx.Zero(name + ".zero");
    }

    private float[] Normal(int count)
    {
        const float Deviation = 0.04f;
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = Deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
        return values;
    }
}
