using System.CommandLine;
using Rerank.RouterBench;
using Rerank.RouterBench.Contests;
using Rerank.RouterBench.Servers;

// dotnet run -c Release --project bench/Router
var rounds = new Option<int>("--rounds") { Description = "Turns of every contender.", DefaultValueFactory = _ => 5 };
var seconds = new Option<int>("--seconds") { Description = "Of a turn.", DefaultValueFactory = _ => 5 };
var contest = new Option<string?>("--contest") { Description = "cached, tier, goodput or passthrough. Default: all, one after the other." };
var port = new Option<int>("--port");
var command = new RootCommand("Measures the router beside others that do the same work.") { rounds, seconds, contest };
command.SetAction(async parsed =>
{
    var where = new Surroundings(parsed.GetValue(rounds), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
    var only = parsed.GetValue(contest);
    if (only is null or "cached")
        await new CachedContest(where).RunAsync();
    if (only is null or "tier")
        await new TierContest(where).RunAsync();
    if (only is null or "goodput")
        await new GoodputContest(where).RunAsync();
    if (only is null or "passthrough")
        await new PassthroughContest(where).RunAsync();
});
command.Subcommands.Add(Serve("bare", "A bare Kestrel endpoint, as a contender.", BareServer.RunAsync));
command.Subcommands.Add(Serve("stub", "A host whose model costs nothing.", StubHost.RunAsync));
var rate = new Option<double?>("--rate") { Description = "Requests a second. Default: as many as there can be." };
var load = new Command("load", "Sends wholly cached requests to a router that runs, for a profiler.") { port, seconds, rate };
load.SetAction(parsed =>
{
    var result = CachedContest.Load(parsed.GetValue(port), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate));
    Console.WriteLine(FormattableString.Invariant($"{result.PerSecond:0} requests/s, p50 {result.Percentile(0.5):0.00} ms, p99 {result.Percentile(0.99):0.00} ms, most {result.Percentile(1):0.00} ms"));
});
command.Subcommands.Add(load);
return await command.Parse(args).InvokeAsync();

Command Serve(string name, string description, Func<int, Task> run)
{
    var serve = new Command(name, description) { port };
    serve.SetAction(parsed => run(parsed.GetValue(port)));
    return serve;
}
