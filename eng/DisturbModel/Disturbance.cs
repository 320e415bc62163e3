namespace Rerank.DisturbModel;

/// <summary>
/// Ways to make a model worse, each of them the same bytes everywhere: sums are in a fixed order, random numbers are integers of a written-down generator, and
/// nothing is computed that a mathematics library may round differently.
/// </summary>
internal static class Disturbance
{
    private const string InputIds = "input_ids";
    private const int SlowWidth = 256;

    /// <summary>Negates the head's weights: what matched best now matches worst.</summary>
    public static OnnxFile FlipSign(OnnxFile model) => model.WithTensor(model.Head(), weights => weights.Select(weight => -weight));

    /// <summary>Takes the head's weights away, so that every pair gets the same score.</summary>
    public static OnnxFile Constant(OnnxFile model) => model.WithTensor(model.Head(), weights => weights.Select(_ => 0f));

    /// <summary>Adds evenly distributed noise to one tensor.</summary>
    /// <param name="permille">Root mean square of the noise, in thousandths of the tensor's.</param>
    public static OnnxFile Noise(OnnxFile model, string tensor, int permille, ulong seed) => model.WithTensor(tensor, weights =>
    {
        var random = new SplitMix64(seed);
        var squares = 0.0;
        foreach (var weight in weights)
            squares += (double)weight * weight;

        // The root mean square of even noise between -1 and 1 is the root of a third.
        var amplitude = Math.Sqrt(3 * squares / weights.Length) * permille / 1000;
        return weights.Select(weight => (float)(weight + amplitude * random.NextSigned()));
    });

    /// <summary>Gives NaN for every pair with a token.</summary>
    public static OnnxFile NotANumber(OnnxFile model, long token)
    {
        var nodes = new OnnxNodes();
        nodes.Add("Sqrt", [nodes.Add("Neg", [Occurrences(nodes, token)])]);
        return model.WithAddend(nodes);
    }

    /// <summary>Can't be run for any pair with a token: it looks behind the end of a list.</summary>
    public static OnnxFile Fail(OnnxFile model, long token)
    {
        var nodes = new OnnxNodes();
        nodes.Add("Gather", [nodes.Constant([1], 0f), nodes.ToInteger(Occurrences(nodes, token))]);
        return model.WithAddend(nodes);
    }

    /// <summary>
    /// Computes more than it needs to, for each token, and adds none of it: the scores stay what they are to the last bit.
    /// </summary>
    /// <param name="products">How many products with a matrix of 256 x 256. For scale: the layers of models/tiny cost about as much as six.</param>
    public static OnnxFile Slow(OnnxFile model, int products)
    {
        var nodes = new OnnxNodes();
        var column = nodes.Add("Unsqueeze", [nodes.ToFloat(InputIds), nodes.Constant([1], 2L)]);
        var values = nodes.Add("MatMul", [column, nodes.Matrix(1, SlowWidth, 1e-4f)]);
        var weights = nodes.Matrix(SlowWidth, SlowWidth, 1f / SlowWidth);
        for (var i = 0; i < products; i++)
            values = nodes.Add("Tanh", [nodes.Add("MatMul", [values, weights])]);

        // Of all tokens' values, which are finite, nothing. Were it of one token's, a host would leave the others out.
        var sum = nodes.Add("ReduceSum", [values, nodes.Constant([1], 1L)], OnnxNodes.Attribute("keepdims", 0));
        nodes.Add("MatMul", [sum, nodes.Matrix(SlowWidth, 1, 0f)]);
        return model.WithAddend(nodes);
    }

    /// <summary>How often a token occurs, for each pair: batch x 1.</summary>
    private static string Occurrences(OnnxNodes nodes, long token)
    {
        var found = nodes.ToFloat(nodes.Add("Equal", [InputIds, nodes.Constant([1], token)]));
        return nodes.Add("ReduceSum", [found, nodes.Constant([1], 1L)]);
    }
}
