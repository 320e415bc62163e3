using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Rerank.RerankerHost.Inference.Graphs;

namespace Rerank.RerankerHost.Tests.Inference.Graphs;

public class FirstTokenSelectionTests
{
    private const int Batch = 3;

    [Fact]
    public void MoveUp_AnyGraph_ComputesTheSame()
    {
        const int Graphs = 1500;
        var changed = 0;
        for (var seed = 0; seed < Graphs; seed++)
        {
            var model = new RandomGraph(new Random(seed)).Model();
            var before = Run(model, seed);
            if (!FirstTokenSelection.MoveUp(model.Graph, roundedAnew: false))
                continue;

            changed++;
            var after = Run(model, seed);
            Assert.True(before.Zip(after).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4f * (1 + Math.Abs(pair.First))), $"seed {seed}");
        }

        Assert.InRange(changed, Graphs / 10, Graphs / 10 * 9);
    }

    [Fact]
    public void MoveUp_AnyGraphRoundedAnew_StillRuns()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var model = new RandomGraph(new Random(seed)).Model();
            var before = Run(model, seed);
            FirstTokenSelection.MoveUp(model.Graph, roundedAnew: true);
            Assert.Equal(before.Length, Run(model, seed).Length);
        }
    }

    [Fact]
    public void MoveUp_NetworkBehindAMixOfTokens_StopsThere()
    {
        var graph = new TestGraph("input_ids");
        var tokens = graph.Add("Gather", [graph.Numbers([9, 4], i => i), "input_ids"]);
        var mixed = graph.Add("Add", [tokens, graph.Add("Softmax", [tokens], TestGraph.Attribute("axis", 1))]);
        var wide = graph.Add("Relu", [graph.Add("MatMul", [mixed, graph.Numbers([4, 16], i => i)])]);
        var narrow = graph.Add("Add", [graph.Add("MatMul", [wide, graph.Numbers([16, 4], i => i)]), mixed]);
        var model = graph.ToModel(Logits(graph, narrow));

        Assert.True(FirstTokenSelection.MoveUp(model.Graph, roundedAnew: false));

        // The residual connection too: the whole network hangs on one row of what goes into it.
        var selection = Assert.Single(model.Graph.Node, node => node.OpType == "Gather" && node.Input[0] == mixed);
        Assert.All(model.Graph.Node.Where(node => node != selection), node => Assert.DoesNotContain(mixed, node.Input));
    }

    [Theory]
    [InlineData("BERT, as PyTorch writes it with operator sets before 17")]
    [InlineData("ModernBERT: norms before, gated")]
    public void MoveUp_LayerOf_LeavesOneRowBehindItsAttention(string family)
    {
        var layer = new ExportedLayer(seed: 3);
        var model = family.StartsWith("BERT", StringComparison.Ordinal) ? layer.Bert() : layer.ModernBert();
        var before = Run(model, seed: 1);

        Assert.True(FirstTokenSelection.MoveUp(model.Graph, roundedAnew: false));

        var selection = Assert.Single(model.Graph.Node, node => node.OpType == "Gather" && node.Input[0] == layer.BehindAttention);
        Assert.All(model.Graph.Node.Where(node => node != selection), node => Assert.DoesNotContain(layer.BehindAttention, node.Input));
        Assert.All(before.Zip(Run(model, seed: 1)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void MoveUp_ShapesWrittenDown_OnlyThoseThatChangeAreForgotten()
    {
        var graph = new TestGraph("input_ids");
        var tokens = graph.Add("Gather", [graph.Numbers([9, 4], i => i), "input_ids"]);
        var product = graph.Add("MatMul", [tokens, graph.Numbers([4, 4], i => i)]);
        var model = graph.ToModel(Logits(graph, product));
        model.Graph.ValueInfo.Add([new ValueInfoProto { Name = tokens }, new ValueInfoProto { Name = product }]);

        Assert.True(FirstTokenSelection.MoveUp(model.Graph, roundedAnew: false));

        Assert.Equal([tokens], model.Graph.ValueInfo.Select(value => value.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MoveUp_ProductThatRoundsAnew_OnlyWhenAllowed(bool roundedAnew)
    {
        var graph = new TestGraph("input_ids");
        var tokens = graph.Add("Gather", [graph.Numbers([9, 4], i => i), "input_ids"]);
        var product = graph.Add("DynamicQuantizeMatMul", [tokens, graph.Bytes([4, 4], TestGraph.Int8, i => (byte)i), graph.Numbers([], _ => 0.1f)]);
        var model = graph.ToModel(Logits(graph, product));

        Assert.Equal(roundedAnew, FirstTokenSelection.MoveUp(model.Graph, roundedAnew));
    }

    [Theory]
    [InlineData("a constant adds a dimension")]
    [InlineData("a product is also an output")]
    [InlineData("another token is selected too")]
    [InlineData("there is a branch")]
    [InlineData("no product lies between")]
    [InlineData("the tensor may have two dimensions")]
    [InlineData("the operator is somebody's own")]
    public void MoveUp_Where_LeavesTheGraph(string reason)
    {
        var graph = new TestGraph("input_ids");
        var tokens = reason == "the tensor may have two dimensions"
            ? graph.Add("Cast", ["input_ids"], TestGraph.Attribute("to", TestGraph.Float))
            : graph.Add("Gather", [graph.Numbers([9, 4], i => i), "input_ids"]);
        var product = reason == "no product lies between" ? graph.Add("Tanh", [tokens]) : graph.Add("MatMul", [tokens, graph.Numbers([4, 4], i => i)]);
        if (reason == "a constant adds a dimension")
            product = graph.Add("Add", [product, graph.Numbers([1, 1, 1, 4], i => i)]);
        var logits = Logits(graph, product);
        if (reason == "another token is selected too")
            logits = graph.Add("Add", [logits, Logits(graph, product, token: 1)]);
        var model = reason == "a product is also an output" ? graph.ToModel(logits, others: product) : graph.ToModel(logits);
        foreach (var node in model.Graph.Node.Where(node => node.OpType == "MatMul" && reason == "the operator is somebody's own"))
            node.Domain = "example.com";
        if (reason == "there is a branch")
            model.Graph.Node.Add(new NodeProto { OpType = "If", Attribute = { new AttributeProto { Name = "then_branch", G = new GraphProto() } } });
        var before = model.ToByteArray();

        Assert.False(FirstTokenSelection.MoveUp(model.Graph, roundedAnew: true));

        Assert.Equal(before, model.ToByteArray());
    }

    private static string Logits(TestGraph graph, string tensor, int token = 0)
    {
        var first = graph.Add("Gather", [tensor, graph.Integers([], token)], TestGraph.Attribute("axis", 1));
        return graph.Add("MatMul", [first, graph.Numbers([4, 1], i => i)]);
    }

    private static float[] Run(ModelProto model, int seed)
    {
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(model.ToByteArray(), options);
        using var run = new RunOptions();
        var random = new Random(seed);
        long[] ids = [.. Enumerable.Range(0, Batch * RandomGraph.Tokens).Select(_ => random.NextInt64(RandomGraph.Vocabulary))];
        using var input = OrtValue.CreateTensorValueFromMemory(ids, [Batch, RandomGraph.Tokens]);
        using var outputs = session.Run(run, ["input_ids"], [input], ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
