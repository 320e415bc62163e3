using System.CommandLine;
using Rerank.RouterBench;
using Rerank.RouterBench.Contests;
using Rerank.RouterBench.Servers;

// dotnet run -c Release --project bench/Router
var rounds = new Option<int>("--rounds") { Description = "Turns of every contender.", DefaultValueFactory = _ => 5 };
var seconds = new Option<int>("--seconds") { Description = "Of a turn.", DefaultValueFactory = _ => 5 };
var contest = new Option<string?>("--contest") { Description = "cached, tier or goodput. Default: all, one after the other." };
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
});
command.Subcommands.Add(Serve("bare", "A bare Kestrel endpoint, as a contender.", BareServer.RunAsync));
command.Subcommands.Add(Serve("stub", "A host whose model costs nothing.", StubHost.RunAsync));
var load = new Command("load", "Sends wholly cached requests to a router that runs, for a profiler.") { port, seconds };
load.SetAction(parsed => Console.WriteLine(FormattableString.Invariant($"{CachedContest.Load(parsed.GetValue(port), TimeSpan.FromSeconds(parsed.GetValue(seconds))).PerSecond:0} requests/s")));
command.Subcommands.Add(load);
return await command.Parse(args).InvokeAsync();

Command Serve(string name, string description, Func<int, Task> run)
{
    var serve = new Command(name, description) { port };
    serve.SetAction(parsed => run(parsed.GetValue(port)));
    return serve;
}
