using System.Text.Json.Nodes;
using Rerank.TestKit;

namespace Rerank.Evaluation.Tests;

/// <summary>Values that trec_eval 10.0 gives (<c>-q -c</c>): of SciFact's judgements with BM25's order, and of a run with ties, ranks that lie, and unjudged and missing queries.</summary>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData("eval/odd.expected.json", "eval/odd.qrels", "eval/odd.run")]
    [InlineData("eval/scifact.expected.json", "scifact/qrels.tsv", "scifact/bm25.top100.tsv")]
    public void Values_OfEveryQueryAndOfAll_AreTrecEvals(string expected, string qrels, string run)
    {
        var reference = JsonNode.Parse(File.ReadAllText(SharedData.File(expected)))!;
        var names = reference["mean"]!.AsObject().Select(m => m.Key).ToList();

        var evaluation = RunEvaluation.Of(
            Read(qrels, Qrels.Read), Read(run, TrecRun.Read), [.. names.Select(Measure.Parse)]);

        Assert.Equal(reference["perQuery"]!.AsObject().Select(q => q.Key).Order(), evaluation.PerQuery.Keys.Order());
        foreach (var (query, values) in reference["perQuery"]!.AsObject())
            Assert.All(names, name => Assert.Equal((double)values![name]!, evaluation.PerQuery[query][name], tolerance: 0.00005001));
        var mean = evaluation.Mean();
        Assert.All(names, name => Assert.Equal((double)reference["mean"]![name]!, mean[name], tolerance: 0.00005001));
    }

    private static T Read<T>(string file, Func<TextReader, string, T> read)
    {
        using var text = new StreamReader(SharedData.File(file));
        return read(text, file);
    }
}
