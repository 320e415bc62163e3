using System.CommandLine;
using Rerank.Serving;
using Rerank.Serving.Models;

// dotnet run -c Release --project bench/Serving
var models = new Option<string[]>("--models") { Description = "minilm-l6-fp32, minilm-l6-int8, tinybert-l2-fp32, tinybert-l2-int8. Default: all but the third.", AllowMultipleArgumentsPerToken = true };
var rounds = new Option<int>("--rounds") { Description = "Turns of every contender.", DefaultValueFactory = _ => 3 };
var seconds = new Option<int>("--seconds") { Description = "Of a turn.", DefaultValueFactory = _ => 6 };
var longRun = new Option<int>("--long-run") { Description = "Requests after which memory must not have grown; only of TinyBERT.", DefaultValueFactory = _ => 100_000 };
var latencyOnly = new Option<bool>("--latency-only") { Description = "Only how long small requests take, alone and beside large ones." };
var command = new RootCommand("Measures the host beside others that serve the same models.") { models, rounds, seconds, longRun, latencyOnly };
command.SetAction(async parsed =>
{
    var where = new Surroundings(Surroundings.RepositoryRoot(), Path.Combine(Path.GetTempPath(), "rerank-bench-models"));
    if (!where.HasNode)
        Console.WriteLine("without the Node.js server: run npm ci --ignore-scripts in bench/Serving/node");
    var chosen = parsed.GetValue(models) is { Length: > 0 } given ? given : ["minilm-l6-fp32", "minilm-l6-int8", "tinybert-l2-int8"];
    foreach (var name in chosen)
    {
        var shape = new[] { BertShape.MiniLmL6, BertShape.TinyBertL2 }.Single(s => name.StartsWith(s.Name, StringComparison.Ordinal));
        var turn = TimeSpan.FromSeconds(parsed.GetValue(seconds));
        var requests = shape == BertShape.TinyBertL2 ? parsed.GetValue(longRun) : 0;
        var contest = new Contest(shape, name.EndsWith("int8", StringComparison.Ordinal), where, parsed.GetValue(rounds), turn, requests);
        await (parsed.GetValue(latencyOnly) ? contest.RunLatencyAsync() : contest.RunAsync());
    }
});
return await command.Parse(args).InvokeAsync();
