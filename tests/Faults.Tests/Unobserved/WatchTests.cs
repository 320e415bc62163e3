using k8s.Models;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Unobserved;

/// <summary>A whole operator whose watches say less, later, in another order, or nothing any more.</summary>
public sealed class WatchTests(ControlPlane server)
{
    private static readonly string[] Watched = ["pods", "deployments", "configmaps", "services", "controllerrevisions", "rerankpipelines"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Fault", "T18")]
    public async Task SomeWatchesLagBehindOthers_AndCatchUp_NothingIsMadeTwice(bool newestFirst)
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.ApplyAsync(world);
        await using var running = await world.RunAsync();
        await world.LiveUntilReadyAsync();
        var counts = world.Journal.Counts();

        foreach (var kind in new[] { "pods", "deployments", "configmaps" })
            world.Watches.Hold(kind);
        await world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await world.LiveUntilAsync(async () => Assert.Equal("better", (await world.ServedModelsAsync())["full"]));
        foreach (var kind in new[] { "pods", "deployments", "configmaps" })
            world.Watches.Release(kind, newestFirst);

        await world.LiveUntilReadyAsync();
        Assert.Equal(2, world.Invariants.StableHistory.Count);
        Assert.All(counts, c => Assert.Equal(c.Value, world.Journal.Counts()[c.Key]));
    }

    [Fact]
    [Trait("Fault", "T29")]
    public async Task WatchesExpired_ListsFindWhatWasMissed()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.ApplyAsync(world);
        await using var running = await world.RunAsync();
        await world.LiveUntilReadyAsync();

        foreach (var kind in Watched)
            world.Watches.Drop(kind);
        await world.DeleteAsync<V1Service>("search");
        await world.DeleteAsync<V1ConfigMap>("search-full");
        foreach (var kind in Watched)
        {
            world.Watches.Release(kind);
            world.Watches.Expire(kind);
        }

        await world.LiveUntilAsync(async () =>
        {
            Assert.NotNull(await world.GetAsync<V1Service>("search"));
            Assert.NotNull(await world.GetAsync<V1ConfigMap>("search-full"));
        });
        await world.LiveUntilReadyAsync();
    }

    [Fact]
    [Trait("Fault", "T29")]
    public async Task WatchesBreak_AndAreTakenUpAgain()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.ApplyAsync(world);
        await using var running = await world.RunAsync();
        await world.LiveUntilReadyAsync();

        foreach (var kind in Watched)
            world.Watches.Break(kind);
        await world.ApplyAsync(Samples.TwoTiers(full: "better"));

        await world.LiveUntilAsync(async () => Assert.Equal("better", (await world.ServedModelsAsync())["full"]));
    }

    [Fact]
    [Trait("Fault", "T52")]
    public async Task ListForbidden_TheOperatorSaysWhichKindItLacks_AndGoesOnOnceAllowed()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.ApplyAsync(world);
        world.Plan.On(call => call is { Verb: Faults.Verb.List, Kind: "networkpolicies" }, new Faults.Fault.Refusal(System.Net.HttpStatusCode.Forbidden));
        await using var running = await world.RunAsync();

        await world.LiveUntilAsync(() =>
        {
            Assert.Contains("NetworkPolicy", running.Missing);
            Assert.Contains("forbidden", running.Missing);
            return Task.CompletedTask;
        });
        world.Plan.Clear();

        await world.LiveUntilReadyAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Available")).Status);
    }
}
