using k8s.Models;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Stale;

/// <summary>Caches are enough to find that nothing is to be done, and never enough to do something.</summary>
public sealed class AtRestTests(ControlPlane server)
{
    private readonly List<Call> _reads = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NothingChanges_OnlyTheSecretIsAskedFor()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world);
        Note(world);

        await world.TurnAsync();
        await world.TurnAsync();

        Assert.Equal([new(Verb.Get, "secrets", new PipelineNames(Samples.Pipeline).AdminSecret)], _reads.Distinct());
    }

    [Theory]
    [Trait("Fault", "T84")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AutoscalerAtWork_NothingIsListedOrWritten(bool isReal)
    {
        using var world = await FaultWorld.OnAsync(server, isReal);
        await Deploy.DoneAsync(world, Autoscaled);
        var calls = new List<Call>();
        world.Plan.On(Noted(calls, _ => true), new Fault.Crash());
        await world.TurnAsync();
        var atRest = calls.ToHashSet();
        calls.Clear();

        await MeasuredAsync(world, cpu: 60);
        await world.TurnAsync();
        await MeasuredAsync(world, cpu: 90);
        await ScaledAsync(world, replicas: 4);
        for (var turn = 0; turn < 6; turn++)
            await world.TurnAsync();
        await ScaledAsync(world, replicas: 3);
        await world.SettleAsync();

        // How many pods there are is told in the pipeline's status.
        Assert.All(calls.Except(atRest), call => Assert.Contains(call.Verb, (Verb[])[Verb.ApplyStatus, Verb.Ask, Verb.Push]));
        Assert.Equal(3, (await world.GetAsync<V1Deployment>("search-full"))!.Spec.Replicas);
    }

    [Fact]
    [Trait("Fault", "T84")]
    public async Task MorePodsThanAnybodyAskedFor_AreReducedAgain()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world);

        await ScaledAsync(world, replicas: 4);
        await world.SettleAsync();

        Assert.Equal(2, (await world.GetAsync<V1Deployment>("search-full"))!.Spec.Replicas);
    }

    [Fact]
    public async Task SomethingChanges_WhatIsDecidedByIsAskedForFirst()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world);
        Note(world);

        await world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await world.TurnAsync();

        Assert.Contains(new(Verb.Get, "configmaps", new PipelineNames(Samples.Pipeline).Router), _reads);
    }

    // What is read of single objects: lists are those of the caches too.
    private void Note(FaultWorld world) => world.Plan.On(Noted(_reads, call => call.Verb == Verb.Get), new Fault.Crash());

    private static Func<Call, bool> Noted(List<Call> calls, Func<Call, bool> which) => call =>
    {
        if (which(call))
            calls.Add(call);
        return false;
    };

    private static void Autoscaled(RerankPipelineSpec spec) => spec.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 5 };

    // As the autoscaler does every 15 s.
    private static Task MeasuredAsync(FaultWorld world, int cpu) => world.As("horizontal-pod-autoscaler").ApplyStatusAsync(
        new V2HorizontalPodAutoscaler
        {
            Metadata = new() { Name = "search-full", NamespaceProperty = world.Namespace },
            Status = new()
            {
                DesiredReplicas = 2,
                CurrentMetrics = [new() { Type = "Resource", Resource = new() { Name = "cpu", Current = new() { AverageUtilization = cpu } } }],
            },
        },
        Stop);

    private static Task<V1Deployment> ScaledAsync(FaultWorld world, int replicas) => world.As("horizontal-pod-autoscaler").ApplyAsync(
        new V1Deployment { Metadata = new() { Name = "search-full", NamespaceProperty = world.Namespace }, Spec = new() { Replicas = replicas } }, Stop);
}
