using Rerank.Scale.Operator;
using Rerank.TestKit;

namespace Rerank.Scale.Tests;

/// <summary>T70, small enough for every change. What depends on the machine, time and memory, is measured by bench/Scale with more pipelines.</summary>
public sealed class ScaleTests(ControlPlaneFixture server) : IClassFixture<ControlPlaneFixture>
{
    private const int Pipelines = 25;
    private const int Changing = 5;

    // What is written for a change: its revision and each of its steps, what routers and hosts are told, the report, events and the status.
    private const int MaxWritesOfAChange = 80;

    // A change is found to be done by looking every second: that asks for the Secret with the token, and what is written is read before.
    private const int MaxReadsOfAChange = 200;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "T70")]
    public async Task ManyPipelines_OfWhichFewChange_AskTheApiServerForLittle()
    {
        server.Require();
        await server.InstallCrdsAsync(Repository.File("config", "crds"), Stop);
        await using var world = await ScaleWorld.StartAsync(server, new(Pipelines, Changing, StepSeconds: 1, Autoscaled: Pipelines / 2, History: 3), Stop);
        await world.DeployAsync(Stop);
        await world.SettleAsync(Stop);

        var idle = await world.WatchAsync(rounds: 1, Stop);
        await world.ChangeAsync(Stop);
        var change = Measured.Sum([await world.Operator.TakeAsync(Stop), await world.SettleAsync(Stop)]);

        AssertNoWrites(idle);
        Assert.InRange(change.Writes, Changing, Changing * MaxWritesOfAChange);
        Assert.InRange(change.Reads, Changing, Changing * MaxReadsOfAChange);
        // The Secret with the token, which no informer knows; one reconcile may not have ended yet.
        Assert.Equal(["GET secrets"], idle.Requests.Keys.Where(r => !r.StartsWith("WATCH ", StringComparison.Ordinal)));
        Assert.InRange(idle.Reads, 1, idle.ReconcileMilliseconds.Length + Pipelines);
    }

    private static void AssertNoWrites(Measured measured) =>
        Assert.True(measured.Writes == 0, $"written while nothing changed: {string.Join(", ", measured.Requests)}");
}
