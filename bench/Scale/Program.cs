using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Rerank.Scale;
using Rerank.Scale.Fleet;
using Rerank.Scale.Operator;
using Rerank.TestKit;

const int StepSeconds = 5;

// eval "$(../shared/testenv/cluster env)"; dotnet run -c Release --project bench/Scale -- --pipelines 500 --changing 50
if (args is [OperatorCommand.Name])
    return await OperatorCommand.RunAsync(Console.In, Console.Out);

var pipelines = new Option<int>("--pipelines") { Description = "Pipelines in all", DefaultValueFactory = _ => 500 };
var changing = new Option<int>("--changing") { Description = "Those of them that change", DefaultValueFactory = _ => 50 };
var rounds = new Option<int>("--rounds") { Description = "Looks at every pipeline while nothing changes", DefaultValueFactory = _ => 4 };
var autoscaled = new Option<int>("--autoscaled") { Description = "Those of them that have an autoscaler", DefaultValueFactory = _ => 250 };
var history = new Option<int>("--history") { Description = "Revisions that each pipeline had before", DefaultValueFactory = _ => 10 };
var command = new RootCommand("The operator with many pipelines on a real API server") { pipelines, changing, rounds, autoscaled, history };
command.SetAction((given, stop) => RunAsync(new(given.GetValue(pipelines), given.GetValue(changing), StepSeconds, given.GetValue(autoscaled), given.GetValue(history)), given.GetValue(rounds), stop));
return await command.Parse(args).InvokeAsync();

static async Task<int> RunAsync(FleetSize size, int rounds, CancellationToken stop)
{
    var (pipelines, changing) = (size.Pipelines, size.Changing);
    await using var server = new ControlPlaneFixture();
    await server.InitializeAsync();
    if (!server.IsThere)
    {
        await Console.Error.WriteLineAsync("KUBEBUILDER_ASSETS must name a folder with kube-apiserver and etcd.");
        return 2;
    }

    await server.InstallCrdsAsync(Repository.File("config", "crds"), stop);
    await using var world = await ScaleWorld.StartAsync(server, size, stop);
    Report.Head(Console.Out);

    var deployed = await PhaseAsync($"{pipelines} pipelines created", async () =>
    {
        await world.DeployAsync(stop);
        return await world.SettleAsync(stop);
    });
    var idle = await PhaseAsync("nothing changes", () => world.WatchAsync(rounds, stop));
    var start = Stopwatch.GetTimestamp();
    var changed = await PhaseAsync($"{changing} change, step by step", async () =>
    {
        await world.ChangeAsync(stop);
        return await world.Operator.TakeAsync(stop);
    });
    var took = Stopwatch.GetElapsedTime(start);
    var settled = await PhaseAsync("what was replaced goes", () => world.SettleAsync(stop));
    var after = await PhaseAsync("nothing changes", () => world.WatchAsync(rounds, stop));

    Report.Requests(Console.Out, "Requests for a new pipeline", deployed, pipelines);
    Report.Requests(Console.Out, "Requests while nothing changes", idle, pipelines);
    Report.Requests(Console.Out, "Requests for a change, with those of the pipelines that don't change", Measured.Sum([changed, settled]), changing);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"\nWhile {changing} pipelines had a candidate: {changed.Writes / took.TotalSeconds:0.0} writes a second, of which {changed.Requests.GetValueOrDefault("PATCH rerankpipelines/status") / took.TotalSeconds:0.0} of status."));
    Console.WriteLine($"\nThe last of {changing} changes was through after {took.TotalSeconds:0} s, of which its steps ask for {2 * StepSeconds} s. {world.Nodes.Pods} pods.");
    if (idle.Writes + after.Writes == 0)
        return 0;
    await Console.Error.WriteLineAsync($"{idle.Writes + after.Writes} writes while nothing changed");
    return 1;
}

static async Task<Measured> PhaseAsync(string name, Func<Task<Measured>> phase)
{
    var start = Stopwatch.GetTimestamp();
    var measured = await phase();
    Report.Row(Console.Out, name, Stopwatch.GetElapsedTime(start), measured);
    return measured;
}
