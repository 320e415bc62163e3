using k8s.Models;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Intermediate;

/// <summary>Something with a child's name is there already.</summary>
public sealed class AdoptionTests(ControlPlane server)
{
    [Fact]
    [Trait("Fault", "T11")]
    public async Task ServiceOfSomebodyElse_IsLeftAloneAndSaidSo_UntilItGoes()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        world.Invariants.Foreign.Add("services/search");
        await world.ApplyAsync(new V1Service { Metadata = new() { Name = "search" }, Spec = new() { Ports = [new() { Port = 9, Protocol = "TCP" }] } });
        await Deploy.ApplyAsync(world);

        await world.SettleAsync();

        var ready = await world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.NameTaken), (ready.Status, ready.Reason));
        Assert.Contains("Service \"search\"", ready.Message);
        Assert.Equal(9, (await world.GetAsync<V1Service>("search"))!.Spec.Ports.Single().Port);
        await world.DeleteAsync<V1Service>("search");
        world.Invariants.Foreign.Clear();
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    [Trait("Fault", "T11")]
    public async Task SecretOfSomebodyElse_CreatedMeanwhile_IsLeftAloneAndSaidSo()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.ApplyAsync(world);
        world.Plan.On(
            call => call is { Verb: Verb.Create, Kind: "secrets" },
            new Fault.Meanwhile(() => world.ApplyAsync(
                new V1Secret { Metadata = new() { Name = "search-admin" }, Data = new Dictionary<string, byte[]> { ["password"] = "theirs"u8.ToArray() } })),
            times: 1);

        await world.SettleAsync();

        var ready = await world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.NameTaken), (ready.Status, ready.Reason));
        Assert.Equal(["password"], (await world.GetAsync<V1Secret>("search-admin"))!.Data.Keys);
    }

    [Fact]
    [Trait("Fault", "T11")]
    public async Task SecretOfOurs_CreatedMeanwhileByAnotherProcess_IsTheOneThatHolds()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.ApplyAsync(world);
        using var other = world.StartAnother();
        world.Plan.On(
            call => call is { Verb: Verb.Create, Kind: "secrets" }, new Fault.Meanwhile(() => world.ReconcileAsync(other)), times: 1);

        await world.SettleAsync();

        Assert.Equal(1, world.Journal.Counts()["secrets/search-admin"].Created);
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    [Trait("Fault", "T11")]
    public async Task ChildrenOfAnEarlierPipelineOfThatName_AreNotAdopted()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        var earlier = new V1OwnerReference
        {
            ApiVersion = ApiGroup.GroupVersion,
            Kind = RerankPipeline.KubeKind,
            Name = Samples.Pipeline,
            Uid = Guid.NewGuid().ToString(),
            Controller = true,
        };
        world.Invariants.Foreign.Add("configmaps/search-router");
        await world.ApplyAsync(new V1ConfigMap
        {
            Metadata = new() { Name = "search-router", OwnerReferences = [earlier], Labels = Labels.Of(new(Samples.Pipeline), Labels.RouterComponent) },
            Data = new Dictionary<string, string> { ["kept"] = "yes" },
        });
        await Deploy.ApplyAsync(world);

        await world.ReconcileAsync();

        Assert.Equal("yes", (await world.GetAsync<V1ConfigMap>("search-router"))!.Data["kept"]);
        Assert.Equal(Reasons.NameTaken, (await world.ConditionAsync("Ready")).Reason);
        world.Invariants.Foreign.Clear();
        // The garbage collector takes it away, as its owner is gone.
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
    }
}
