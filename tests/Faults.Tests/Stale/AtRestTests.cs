using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Names;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Stale;

/// <summary>Caches are enough to find that nothing is to be done, and never enough to do something.</summary>
public sealed class AtRestTests
{
    private readonly List<Call> _reads = [];

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
    private void Note(FaultWorld world) => world.Plan.On(
        call =>
        {
            if (call.Verb == Verb.Get)
                _reads.Add(call);
            return false;
        },
        new Fault.Crash());
}
