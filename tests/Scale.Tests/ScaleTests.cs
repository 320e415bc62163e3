using Rerank.Scale.Operator;
using Rerank.TestKit;

namespace Rerank.Scale.Tests;

/// <summary>T70, small enough for every change. What depends on the machine, time and memory, is measured by bench/Scale with more pipelines.</summary>
public sealed class ScaleTests(ControlPlaneFixture server) : IClassFixture<ControlPlaneFixture>
{
    private const int Pipelines = 40;
    private const int Changing = 5;

    // What is written for a change: its revision and each of its steps, what routers and hosts are told, the report, events and the status.
    private const int MaxWritesOfAChange = 80;

    // What a reconcile asks the API server for when nothing has changed.
    private const int MaxReadsOfALook = 6;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ManyPipelines_OfWhichFewChange_AskTheApiServerForLittle()
    {
        server.Require();
        await server.InstallCrdsAsync(Repository.File("config", "crds"), Stop);
        await using var world = await ScaleWorld.StartAsync(server, Pipelines, Changing, Stop);
        await world.DeployAsync(Stop);
        await world.SettleAsync(Stop);

        var idle = await world.WatchAsync(rounds: 2, Stop);
        await world.ChangeAsync(Stop);
        var change = await world.SettleAsync(Stop);
        var after = await world.WatchAsync(rounds: 1, Stop);

        AssertNoWrites(idle);
        AssertNoWrites(after);
        Assert.InRange(change.Writes, Changing, Changing * MaxWritesOfAChange);
        Assert.InRange(idle.Reads, 0, idle.ReconcileMilliseconds.Length * MaxReadsOfALook);
    }

    private static void AssertNoWrites(Measured measured) =>
        Assert.True(measured.Writes == 0, $"written while nothing changed: {string.Join(", ", measured.Requests)}");
}
