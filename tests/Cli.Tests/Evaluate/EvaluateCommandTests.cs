using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Rerank.Cli.Tests.Evaluate;

/// <summary>Whole commands on files; no cluster is asked for.</summary>
public sealed class EvaluateCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evaluate");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public EvaluateCommandTests()
    {
        Write("qrels", string.Concat(Queries.Select(q => $"q{q} 0 right{q} 1\nq{q} 0 wrong{q} 0\n")));
        Write("good", Run(_ => true));
        // One query in four has it second.
        Write("bad", Run(q => q % 4 != 0));
        Write("slices", string.Concat(Queries.Select(q => $"q{q} {(q % 4 == 0 ? "hard" : "easy")}\nq{q} {(q < 3 ? "few" : "many")}\n")));
    }

    private static IEnumerable<int> Queries => Enumerable.Range(0, 160);

    [Fact]
    public async Task Run_Json_HasEveryQueryAndTheMean()
    {
        var (code, output, _) = await RunAsync("evaluate run --qrels qrels --run bad --json");

        var json = JsonNode.Parse(output)!;
        Assert.Equal(0, code);
        Assert.Equal((0.5, 1.0), ((double)json["perQuery"]!["q0"]!["recip_rank"]!, (double)json["perQuery"]!["q1"]!["recip_rank"]!));
        Assert.Equal((0.75, 0.875, 160.0), ((double)json["mean"]!["P_1"]!, (double)json["mean"]!["recip_rank"]!, (double)json["mean"]!["num_rel"]!));
        Assert.NotNull(json["mean"]!["ndcg_cut_10"]);
    }

    [Fact]
    public async Task Run_WithABaselineAndSlices_SaysWhereItIsWorse()
    {
        var (code, output, _) = await RunAsync("evaluate run --qrels qrels --run bad --baseline good --slices slices -m P_1 --max-drop P_1=0.4");

        Assert.Equal(1, code);
        Assert.Contains("160 queries", output, StringComparison.Ordinal);
        Assert.Contains("few: 3 queries, too few to say much (below 30)", output, StringComparison.Ordinal);
        Assert.Contains("holds  P_1 is at most 0.4000 lower than the baseline's", output, StringComparison.Ordinal);
        Assert.Contains("fails  P_1 of slice hard is at most 0.4000 lower", output, StringComparison.Ordinal);
        Assert.Contains("holds  P_1 of slice easy", output, StringComparison.Ordinal);
        Assert.DoesNotContain("slice few is", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EqualToItsBaseline_HoldsEveryGate()
    {
        var (code, output, _) = await RunAsync("evaluate run --qrels qrels --run good --baseline good --slices slices --max-drop P_1=0.01 --at-least ndcg_cut_10=0.9 --json --junit out.xml");

        Assert.Equal(0, code);
        Assert.All(JsonNode.Parse(output)!["gates"]!.AsArray(), gate => Assert.True((bool)gate!["holds"]!));
        var suite = XDocument.Load(Path.Combine(_folder.FullName, "out.xml")).Root!.Element("testsuite")!;
        Assert.Equal(("8", "0"), ((string?)suite.Attribute("tests"), (string?)suite.Attribute("failures")));
    }

    [Theory]
    [InlineData("evaluate run --qrels qrels --run missing", "missing can't be read")]
    [InlineData("evaluate run --qrels good --run good", "good, line 1: expected")]
    [InlineData("evaluate run --qrels qrels --run good -m ndcg@10", "There is no measure \"ndcg@10\"")]
    [InlineData("evaluate run --qrels qrels --run good --at-least P_1", "gate \"P_1\" must be MEASURE=VALUE")]
    [InlineData("evaluate run --qrels qrels --run good --max-drop P_1=0.1", "--max-drop needs a --baseline")]
    [InlineData("evaluate run --qrels qrels --run good --at-least num_rel_ret=0.5", "num_rel_ret is a count, and no gate")]
    [InlineData("evaluate run --qrels qrels --run good --baseline good --max-drop num_rel=1", "num_rel is a count, and no gate")]
    [InlineData("evaluate run --qrels qrels --run good --level 0", "--level must be from 1 to 127")]
    public async Task Run_WhatCantBe_IsSaid(string arguments, string message)
    {
        var (code, _, errors) = await RunAsync(arguments);

        Assert.Equal(1, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Run(Func<int, bool> isRight) => string.Concat(
        Queries.Select(q => isRight(q) ? $"q{q} Q0 right{q} 1 2 x\nq{q} Q0 wrong{q} 2 1 x\n" : $"q{q} Q0 right{q} 2 1 x\nq{q} Q0 wrong{q} 1 2 x\n"));

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private async Task<(int Code, string Output, string Errors)> RunAsync(string arguments)
    {
        string[] files = ["qrels", "good", "bad", "slices", "missing", "out.xml"];
        await using var person = await Person.StartAsync(_ => throw new InvalidOperationException("a cluster is asked for"), Cancel);
        var code = await person.RunAsync(string.Join(' ', arguments.Split(' ').Select(word => files.Contains(word) ? Path.Combine(_folder.FullName, word) : word)));
        return (code, person.Output, person.Errors);
    }
}
