using System.Text.Json.Nodes;
using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Faults.Tests.Fields;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;
using Rerank.Operator.Names;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Misoperation;

/// <summary>People ask for what can't be: they are told why, what serves goes on, and once they correct it all is well.</summary>
public sealed class MisoperationTests(ControlPlane server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "T41")]
    public void UnknownFieldAnywhere_IsRefused()
    {
        var original = Carrier.Json(Carrier.Pipeline());
        foreach (var place in new[] { "", "spec", "spec.router", "spec.rollout", "spec.rollout.analysis", "spec.rollout.steps[]", "spec.tiers[]", "spec.tiers[].model" })
        {
            var sent = original.DeepClone().AsObject();
            var target = place.Length == 0 ? sent : Place.Find(sent, place)!.In(sent)!.AsObject();
            target["phase"] = "Running";
            Assert.Null(Admission.Admit<RerankPipeline>(sent, null, out var errors));
            Assert.Contains("unknown field", Assert.Single(errors).ToString());
        }
    }

    [Theory]
    [InlineData("type", "Unheard")]
    [InlineData("mode", "Maybe")]
    [Trait("Fault", "T41")]
    public void UnknownMetric_IsRefused(string member, string value)
    {
        var sent = Carrier.Json(Carrier.Pipeline());
        sent["spec"]!["rollout"]!["analysis"]!["metrics"]![0]![member] = value;
        Assert.Null(Admission.Admit<RerankPipeline>(sent, null, out var errors));
        Assert.Contains($"spec.rollout.analysis.metrics[0].{member}", errors[0].ToString());
    }

    [Theory]
    [InlineData("""[{"name": "a", "trafficPermille": 500}, {"name": "b", "trafficPermille": 100}]""")]
    [InlineData("""[{"name": "a", "trafficPermille": 1001}]""")]
    [InlineData("""[{"name": "a"}]""")]
    [InlineData("""[{"name": "a", "trafficPermille": 1, "minDurationSeconds": -1}]""")]
    [InlineData("""[{"name": "a", "trafficPermille": 1}, {"name": "a", "trafficPermille": 2}]""")]
    [Trait("Fault", "T42")]
    public void StepsThatMakeNoSense_AreRefusedWithTheirPath(string steps)
    {
        var sent = Carrier.Json(Carrier.Pipeline());
        sent["spec"]!["rollout"]!["steps"] = JsonNode.Parse(steps);
        Assert.Null(Admission.Admit<RerankPipeline>(sent, null, out var errors));
        Assert.All(errors, e => Assert.StartsWith("spec.rollout.steps", e.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Fault", "T43")]
    [Trait("Fault", "T35")]
    public async Task ModelThatIsNotThere_OrOfAnotherNamespace_IsNamed_AndWhatServesIsUntouched()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        var elsewhere = Samples.Model("faraway");
        elsewhere.Metadata.NamespaceProperty = await server.Fixture.CreateNamespaceAsync("elsewhere", Stop);
        await world.User.ApplyAsync(elsewhere, Stop);
        await Deploy.DoneAsync(world);
        var (before, weights) = (EndState.WithoutHistory(await world.EndStateAsync()), world.Invariants.Weights);

        await world.ApplyAsync(Samples.TwoTiers(full: "faraway"));
        await world.SettleAsync();
        var ready = await world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.ModelNotFound), (ready.Status, ready.Reason));
        Assert.Equal(ConditionStatus.False, (await world.ConditionAsync("Stalled")).Status);
        EndState.AssertSame(before, EndState.WithoutHistory(await world.EndStateAsync()));

        await world.ApplyAsync(Samples.TwoTiers());
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
        Assert.Equal(weights, world.Invariants.Weights);
    }

    [Fact]
    [Trait("Fault", "T44")]
    [Trait("Fault", "T35")]
    public async Task PodsThatFitNowhere_AreFoundBeforeStableIsReduced_AndRevertedWithoutHelp()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var before = EndState.WithoutHistory(await world.EndStateAsync());
        world.Nodes.Schedules = _ => false;

        await world.ApplyAsync(Samples.TwoTiers(change: spec => spec.Tiers[1].Model!.Scheduling = new() { NodeSelector = new() { ["there"] = "never" } }));
        for (var turn = 0; turn < 8; turn++)
            await world.TurnAsync();
        Assert.Equal(Reasons.InsufficientResources, (await world.ConditionAsync("Ready")).Reason);
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Available")).Status);
        Assert.Equal(2, world.Nodes.Pods.Count(p => p is { Component: "full", IsReady: true }));

        await world.ApplyAsync(Samples.TwoTiers());
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
        EndState.AssertSame(before, EndState.WithoutHistory(await world.EndStateAsync()));
    }

    [Theory]
    [Trait("Fault", "T44")]
    [InlineData(2, Reasons.InsufficientResources)]
    [InlineData(0, Reasons.InsufficientGPU)]
    public async Task PodsWithGpusThatFitNowhere_NoneOfStablesIsGivenUpForThem(int extra, string reason)
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Gpus);
        var before = EndState.WithoutHistory(await world.EndStateAsync());
        var pods = world.Nodes.Pods.Select(p => p.Pod.Metadata.Name).Order().ToList();
        world.Nodes.Schedules = component => !component.StartsWith("full", StringComparison.Ordinal);

        await world.ApplyAsync(Samples.TwoTiers(change: Nowhere));
        for (var turn = 0; turn < 8; turn++)
            await world.TurnAsync();
        Assert.Equal(reason, (await world.ConditionAsync("Ready")).Reason);
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Available")).Status);
        Assert.Equal(pods, world.Nodes.Pods.Where(p => p.IsReady).Select(p => p.Pod.Metadata.Name).Order());

        await world.ApplyAsync(Samples.TwoTiers(change: Gpus));
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
        EndState.AssertSame(before, EndState.WithoutHistory(await world.EndStateAsync()));

        void Gpus(RerankPipelineSpec spec)
        {
            spec.Tiers[1].Model!.Gpu = new();
            spec.Rollout.Capacity.MaxExtraGPUs = extra;
        }

        void Nowhere(RerankPipelineSpec spec)
        {
            Gpus(spec);
            spec.Tiers[1].Model!.Scheduling = new() { NodeSelector = new() { ["there"] = "never" } };
        }
    }

    [Fact]
    [Trait("Fault", "T35")]
    public async Task FirstSpecsPodsFitNowhere_Corrected_ComesToBeWithoutHelp()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        world.Nodes.Schedules = component => component != Labels.RouterComponent;
        await Deploy.ApplyAsync(world, spec => spec.Router.Scheduling = new() { NodeSelector = new() { ["there"] = "never" } });
        for (var turn = 0; turn < 4; turn++)
            await world.TurnAsync();
        Assert.Equal(Reasons.InsufficientResources, (await world.ConditionAsync("Ready")).Reason);

        world.Nodes.Schedules = _ => true;
        await world.ApplyAsync(Samples.TwoTiers());
        await world.SettleAsync();

        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
        Assert.All(world.Nodes.Pods, pod => Assert.True(pod.IsReady, pod.ToString()));
    }

    [Fact]
    [Trait("Fault", "T46")]
    public async Task LongestNames_OfTwoPipelinesThatBeginAlike_ShareNothing()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        var names = new[] { $"{new string('p', 62)}a", $"{new string('p', 62)}b" };
        await Deploy.ApplyAsync(world);
        foreach (var name in names)
        {
            var spec = Samples.TwoTiers().Spec;
            (spec.Tiers[0].Name, spec.Tiers[1].Name) = (new string('t', 20), new string('u', 20));
            await world.ApplyAsync(Samples.Of(spec, name));
        }

        for (var turn = 0; turn < 3; turn++)
            await world.ReconcileAsync();

        foreach (var name in names)
            Assert.NotEqual(Reasons.NameTaken, (await world.PipelineAsync(name)).Status!.Conditions.Single(c => c.Type == "Ready").Reason);
        var deployments = await world.ListAsync<V1Deployment>();
        Assert.Equal(6, deployments.Count);
        Assert.All(deployments, d => Assert.InRange(d.Name().Length, 1, 63));
        Assert.Equal(6, deployments.Select(d => $"{d.Metadata.OwnerReferences.Single().Name}{d.Spec.Selector.MatchLabels[Labels.Component]}").Distinct().Count());
    }

    [Fact]
    [Trait("Fault", "T47")]
    public async Task EveryChild_DeletedOrChangedByHand_IsRestoredOnceAndToldOf()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var before = EndState.WithoutHistory(await world.EndStateAsync());

        await world.DeleteAsync<V1Service>("search");
        await world.DeleteAsync<V1NetworkPolicy>("search-full");
        await world.DeleteAsync<V1PodDisruptionBudget>("search-full");
        await world.DeleteAsync<V1ConfigMap>("search-full");
        var deployment = (await world.GetAsync<V1Deployment>("search-full"))!;
        deployment.Spec.Replicas = 7;
        deployment.Metadata.ManagedFields = null;
        await world.As("somebody").ApplyAsync(deployment, Stop);
        await world.SettleAsync();

        EndState.AssertSame(before, EndState.WithoutHistory(await world.EndStateAsync()));
        var restored = (await world.ListAsync<Eventsv1Event>()).Where(e => e.Reason == "ChildRestored").ToList();
        // What a ConfigMap says has another generation then, so that it isn't what it was.
        Assert.Equal(4, restored.Count);
        Assert.Equal(2, world.Journal.Counts()["services/search"].Created);
    }

    [Fact]
    [Trait("Fault", "T47")]
    public async Task AnotherManagerFights_IsFoughtMoreSlowlyAndToldOf()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var other = world.As("somebody");
        var writes = world.Journal.Count;

        for (var turn = 0; turn < 60; turn++)
        {
            await other.ApplyAsync(
                new V1Service
                {
                    Metadata = new() { Name = "search", NamespaceProperty = world.Namespace },
                    Spec = new() { Ports = [new() { Name = "http", Port = 80, Protocol = "TCP", TargetPort = 1234 + turn }] },
                },
                Stop);
            await world.TurnAsync();
        }

        Assert.InRange(world.Journal.Entries.Skip(writes).Count(e => e.Call is { Kind: "services", Verb: Faults.Verb.Apply }), 5, 8);
        Assert.Contains(await world.ListAsync<Eventsv1Event>(), e => e.Reason == "OwnershipConflict");
    }

    [Fact]
    [Trait("Fault", "T48")]
    public async Task SecretThatComesLater_AndChangesDuringARollout_IsTaken()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await world.ApplyAsync(Samples.Model("private", m => m.Artifact.Source = new()
        {
            HuggingFace = new() { Repository = "org/private", Revision = new string('a', 40), TokenSecretRef = new() { Name = "hub", Key = "token" } },
        }));
        await Deploy.DoneAsync(world, Deploy.Steps);
        await world.ApplyAsync(Samples.TwoTiers(full: "private", change: Deploy.Steps));
        for (var turn = 0; turn < 4; turn++)
            await world.TurnAsync();
        Assert.Equal(Reasons.SecretNotFound, (await world.ConditionAsync("Ready")).Reason);

        await world.ApplyAsync(Secret("one"));
        await world.UntilStepAsync("half");
        await world.ApplyAsync(Secret("two"));
        await world.UntilAsync(async () => (await world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name == "private");
        Assert.Equal(2, world.Invariants.StableHistory.Count);

        static V1Secret Secret(string token) => new()
        {
            Metadata = new() { Name = "hub", Labels = new Dictionary<string, string> { ["rerank.dev/source-credentials"] = "true" } },
            Data = new Dictionary<string, byte[]> { ["token"] = System.Text.Encoding.UTF8.GetBytes(token) },
        };
    }

    [Fact]
    [Trait("Fault", "T49")]
    public async Task DirectivesAboutNothing_AreIgnoredAndNamed()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var weights = world.Invariants.Weights;

        await world.ApplyAsync(Samples.TwoTiers(change: spec => spec.Rollout.Directives =
        [
            new() { Revision = "0123456789", Action = DirectiveAction.Abort },
            new() { Revision = "9876543210", Action = DirectiveAction.PromoteNow },
        ]));
        await world.SettleAsync();

        var ignored = await world.ConditionAsync("DirectivesIgnored");
        Assert.Equal((ConditionStatus.True, Reasons.UnknownRevision), (ignored.Status, ignored.Reason));
        Assert.Contains("Abort of 0123456789, PromoteNow of 9876543210", ignored.Message);
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
        Assert.Equal(weights, world.Invariants.Weights);
    }

    [Fact]
    [Trait("Fault", "T35")]
    public async Task ModelThatFailsToLoad_Reverted_IsAsBeforeWithoutHelp()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Deploy.Steps);
        var before = EndState.WithoutHistory(await world.EndStateAsync());
        world.Nodes.Outcome = m => m.Name == "better" ? Samples.Failed(m, ModelFailure.DigestMismatch, "another file") : null;

        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        for (var turn = 0; turn < 6; turn++)
            await world.TurnAsync();
        Assert.Equal(Reasons.ModelFailed, (await world.ConditionAsync("Ready")).Reason);
        await world.ApplyAsync(Samples.TwoTiers(change: Deploy.Steps));
        await world.SettleAsync();

        EndState.AssertSame(before, EndState.WithoutHistory(await world.EndStateAsync()));
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
    }
}
