using k8s.Models;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Stale;

/// <summary>The operator's caches are older than what is there.</summary>
public sealed class OldCacheTests(ControlPlane server)
{
    private static readonly string[] OwnKinds =
        ["deployments", "services", "configmaps", "networkpolicies", "poddisruptionbudgets", "controllerrevisions", "horizontalpodautoscalers"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("Fault", "T14")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OwnWritesNotSeenForTurns_NothingIsMadeTwice(bool podsAreSeen)
    {
        var change = new Scenario(
            world => Deploy.DoneAsync(world, Deploy.Impatient),
            world => world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Impatient)),
            Promotion.IsOverAsync);
        using var calm = await FaultWorld.OnServerAsync(server);
        var expected = await Outcome.OfAsync(change, calm);
        using var world = await FaultWorld.OnServerAsync(server);

        await change.Before(world);
        await change.Change(world);
        world.Stale = kind => OwnKinds.Contains(kind) || (kind == "pods" && !podsAreSeen);
        for (var turn = 0; turn < 8; turn++)
            await world.TurnAsync();
        world.Stale = _ => false;
        await world.UntilAsync(() => Promotion.IsOverAsync(world));
        await world.SettleAsync();

        EndState.AssertSame(expected.State, await world.EndStateAsync());
        Assert.Equal(expected.Counts.Order(Comparer), world.Journal.Counts().Order(Comparer));
        Assert.Equal(expected.Stable, world.Invariants.StableHistory);
    }

    [Fact]
    [Trait("Fault", "T14")]
    public async Task FirstDeployment_OwnWritesNotSeenForTurns_NothingIsMadeTwice()
    {
        var create = new Scenario(_ => Task.CompletedTask, world => Deploy.ApplyAsync(world));
        using var calm = await FaultWorld.OnServerAsync(server);
        var expected = await Outcome.OfAsync(create, calm);
        using var world = await FaultWorld.OnServerAsync(server);

        await create.Change(world);
        world.Stale = OwnKinds.Contains;
        for (var turn = 0; turn < 8; turn++)
            await world.TurnAsync();
        world.Stale = _ => false;
        await world.SettleAsync();

        EndState.AssertSame(expected.State, await world.EndStateAsync());
        Assert.Equal(expected.Counts.Order(Comparer), world.Journal.Counts().Order(Comparer));
    }

    [Fact]
    [Trait("Fault", "T15")]
    public async Task ListsFromBeforeAPipelineWasMadeAnew_NothingOfTheNewOneIsDeleted()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var past = world.Past.Mark();
        await world.DeleteAsync<RerankPipeline>(Samples.Pipeline);
        await world.SettleAsync();
        await Deploy.DoneAsync(world);
        var (before, counts) = (await world.EndStateAsync(), world.Journal.Counts());

        world.Past.GoTo(past);
        world.RestartOperator();
        for (var turn = 0; turn < 5; turn++)
            await world.TurnAsync();
        Assert.Equal(counts.Order(Comparer), world.Journal.Counts().Order(Comparer));

        world.Past.Return();
        await world.SettleAsync();
        EndState.AssertSame(before, await world.EndStateAsync());
        Assert.Equal(counts.Order(Comparer), world.Journal.Counts().Order(Comparer));
    }

    [Theory]
    [Trait("Fault", "T16")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ListsFromMidRollout_AfterThePromotion_DontBringTheOldRevisionBack(bool onlyPodsAndDeployments)
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var past = world.Past.Mark();
        await world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await world.SettleAsync();
        var (before, stable) = (await world.EndStateAsync(), world.Invariants.StableHistory);

        world.Past.Kinds = onlyPodsAndDeployments ? new HashSet<string> { "pods", "deployments" } : null;
        world.Past.GoTo(past);
        world.RestartOperator();
        for (var turn = 0; turn < 5; turn++)
        {
            await world.TurnAsync();
            Assert.Equal("better", (await world.ServedModelsAsync())["full"]);
        }

        world.Past.Return();
        await world.SettleAsync();
        Assert.Equal(stable, world.Invariants.StableHistory);
        EndState.AssertSame(before, await world.EndStateAsync());
    }

    [Fact]
    [Trait("Fault", "T17")]
    public async Task OldListOfModels_DoesNotBringADeletedModelBack()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Deploy.Impatient);
        var past = world.Past.Mark();
        // Made anew with other content, which the pipeline then takes.
        await world.DeleteAsync<ModelVersion>("base");
        await world.ApplyAsync(Samples.Model("base", spec => spec.Contract.MaxInputTokens = 256));
        await world.SettleAsync();
        var (served, stable) = ((await world.TableAsync())!.Stable.Tiers[^1].Model!.Digest, world.Invariants.StableHistory);
        Assert.Equal(2, stable.Count);

        world.Past.Kinds = new HashSet<string> { "modelversions" };
        world.Past.GoTo(past);
        world.RestartOperator();
        for (var turn = 0; turn < 5; turn++)
        {
            await world.TurnAsync();
            Assert.Equal(served, (await world.TableAsync())!.Stable.Tiers[^1].Model!.Digest);
        }

        world.Past.Return();
        await world.SettleAsync();
        Assert.Equal(stable, world.Invariants.StableHistory);
    }

    [Theory]
    [Trait("Fault", "T19")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReplicasChosenByTheAutoscaler_NotSeenYet_AreNotReset(bool restarted)
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Autoscaled);
        var past = world.Past.Mark();
        await world.As("horizontal-pod-autoscaler").ApplyAsync(
            new V1Deployment { Metadata = new() { Name = "search-full", NamespaceProperty = world.Namespace }, Spec = new() { Replicas = 4 } }, Stop);
        await world.LiveAsync();

        world.Past.Kinds = new HashSet<string> { "deployments" };
        world.Past.GoTo(past);
        if (restarted)
            world.RestartOperator();
        // A change that has the Deployment written.
        await world.ApplyAsync(Samples.TwoTiers(change: spec =>
        {
            Autoscaled(spec);
            spec.Tiers[1].Model!.Resources = new() { Limits = new() { ["memory"] = new("2Gi") } };
        }));
        for (var turn = 0; turn < 5; turn++)
        {
            await world.TurnAsync();
            Assert.Equal(4, (await world.GetAsync<V1Deployment>("search-full"))!.Spec.Replicas);
        }

        world.Past.Return();
        await world.SettleAsync();
        Assert.Equal(4, (await world.GetAsync<V1Deployment>("search-full"))!.Spec.Replicas);
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
    }

    private static readonly IComparer<KeyValuePair<string, (int Created, int Deleted)>> Comparer =
        Comparer<KeyValuePair<string, (int Created, int Deleted)>>.Create((x, y) => string.CompareOrdinal(x.Key, y.Key));

    private static void Autoscaled(RerankPipelineSpec spec) => spec.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 5 };
}
