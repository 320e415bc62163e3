using k8s;
using Rerank.Contracts.Models;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Intermediate;

/// <summary>The status is gone, as after a restore from a backup: it never decided anything.</summary>
public sealed class StatusWipedTests(ControlPlane server)
{
    [Fact]
    [Trait("Fault", "T13")]
    public async Task Serving_StatusWiped_ComesBackAndNothingElseIsWritten()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var (before, writes) = (await world.EndStateAsync(), world.Journal.Count);

        await WipeAsync(server, world);
        world.RestartOperator();
        await world.SettleAsync();

        EndState.AssertSame(before, await world.EndStateAsync());
        Assert.All(
            world.Journal.Entries.Skip(writes),
            entry => Assert.True(entry.Call is { Kind: "rerankpipelines", Verb: Faults.Verb.ApplyStatus } or { Kind: "events" } || IsRepeated(entry), entry.ToString()));
        Assert.Single(world.Invariants.StableHistory);
    }

    [Fact]
    [Trait("Fault", "T13")]
    public async Task CandidateFails_StatusWiped_IsNoFirstDeployment()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        world.Nodes.Outcome = m => m.Name == "better" ? Samples.Failed(m, ModelFailure.LoadFailed, "no") : null;
        await world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await world.SettleAsync();
        var stable = (await world.StableAsync())!;

        await WipeAsync(server, world);
        world.RestartOperator();
        await world.SettleAsync();

        Assert.Equal((stable.Name, stable.Sequence), ((await world.StableAsync())!.Name, (await world.StableAsync())!.Sequence));
        Assert.Equal("base", (await world.ServedModelsAsync())["full"]);
        Assert.Equal(stable.Name, (await world.PipelineAsync()).Status!.Stable!.Revision);
        Assert.Equal([stable.Name], world.Invariants.StableHistory.Select(name => name["search-".Length..]));
    }

    // A new process writes everything once, because it doesn't know that it is there already; nothing changes by it.
    private static bool IsRepeated(Faults.Entry entry) => entry.Call.Verb == Faults.Verb.Apply && entry.Effect == Faults.Effect.Written;

    internal static async Task WipeAsync(ControlPlane server, FaultWorld world)
    {
        var pipeline = await world.PipelineAsync();
        pipeline.Status = new();
        await server.Fixture.Kubernetes.CustomObjects.ReplaceNamespacedCustomObjectStatusAsync(
            pipeline, ApiGroup.Name, ApiGroup.Version, world.Namespace, "rerankpipelines", Samples.Pipeline,
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty((await world.PipelineAsync()).Status?.Conditions ?? []);
    }
}
