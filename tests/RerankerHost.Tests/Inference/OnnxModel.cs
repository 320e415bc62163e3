using Google.Protobuf;

namespace Rerank.RerankerHost.Tests.Inference;

/// <summary>Very small models.</summary>
internal static class OnnxModel
{
    /// <summary>Infinite as soon as a token's id is 89 or more.</summary>
    public static byte[] ExponentialOfLargestId() => OfLargestId((graph, largest) => graph.Add("Exp", [largest]));

    public static byte[] NotANumber() => OfLargestId((graph, largest) =>
    {
        var zero = graph.Add("Sub", [largest, largest]);
        return graph.Add("Div", [zero, zero]);
    });

    /// <summary>Gives the largest id.</summary>
    public static byte[] WithInput(string name) => OfLargestId((graph, largest) => graph.Add("Identity", [largest]), name);

    /// <summary>Gives the largest id, plus half of the number of segment ids that are 1 or more, divided by 4096: a number that has all of a float16's and few of a bfloat16's digits.</summary>
    /// <param name="input">Type of the inputs' elements.</param>
    /// <param name="output">Type of the output's.</param>
    public static byte[] OfTypes(int input, int output)
    {
        var graph = new TestGraph("input_ids", input);
        graph.AddInput("attention_mask", input);
        graph.AddInput("token_type_ids", input);
        var largest = graph.Add("ReduceMax", [ToFloat("input_ids")], TestGraph.Attribute("axes", [1]), TestGraph.Attribute("keepdims", 1));
        var passage = graph.Add("ReduceSum", [graph.Add("Mul", [ToFloat("token_type_ids"), ToFloat("attention_mask")]), graph.Integers([1], 1)], TestGraph.Attribute("keepdims", 1));
        var sum = graph.Add("Add", [largest, graph.Add("Mul", [passage, graph.Constant(0.5f)])]);
        var logits = graph.Add("Cast", [graph.Add("Mul", [sum, graph.Constant(1f / 4096)])], TestGraph.Attribute("to", output));
        return graph.ToModel(logits, output, labels: 1).ToByteArray();

        string ToFloat(string tensor) => graph.Add("Cast", [tensor], TestGraph.Attribute("to", TestGraph.Float));
    }

    /// <summary>Says that it has more labels than one.</summary>
    public static byte[] WithLabels(int labels) =>
        OfLargestId((graph, largest) => graph.Add("Concat", [.. Enumerable.Repeat(largest, labels)], TestGraph.Attribute("axis", 1)), labels: labels);

    public static byte[] WithOperator(string name) => OfLargestId((graph, largest) => graph.Add(name, [largest]));

    /// <summary>Looks every id up in a table of <paramref name="rows"/> numbers, and gives the largest; an id beyond the table is an error.</summary>
    public static byte[] WithTable(int rows)
    {
        var graph = new TestGraph("input_ids");
        var numbers = graph.Add("Gather", [graph.Numbers([rows, 1], _ => 0), "input_ids"]);
        return graph.ToModel(graph.Add("ReduceMax", [numbers], TestGraph.Attribute("axes", [1]), TestGraph.Attribute("keepdims", 0))).ToByteArray();
    }

    /// <summary>A network of one layer over every token, of which the first one's number is the answer.</summary>
    public static byte[] OfFirstToken()
    {
        const int Rows = 4000, Width = 8;
        var graph = new TestGraph("input_ids");
        var tokens = graph.Add("Gather", [graph.Numbers([Rows, Width], i => i % 7 - 3), "input_ids"]);
        var layer = graph.Add("Tanh", [graph.Add("MatMul", [tokens, graph.Numbers([Width, Width], i => i % 5 - 2)])]);
        var first = graph.Add("Gather", [layer, graph.Integers([], 0)], TestGraph.Attribute("axis", 1));
        return graph.ToModel(graph.Add("MatMul", [first, graph.Numbers([Width, 1], i => i + 1)])).ToByteArray();
    }

    private static byte[] OfLargestId(Func<TestGraph, string, string> rest, string input = "input_ids", int labels = 1)
    {
        var graph = new TestGraph(input);
        var numbers = graph.Add("Cast", [input], TestGraph.Attribute("to", TestGraph.Float));
        var largest = graph.Add("ReduceMax", [numbers], TestGraph.Attribute("axes", [1]), TestGraph.Attribute("keepdims", 1));
        return graph.ToModel(rest(graph, largest), labels).ToByteArray();
    }
}
