using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Stale;

/// <summary>More than one operator at work, by mistake or for the moment in which a leader hasn't noticed that it isn't one.</summary>
public sealed class TwoOperatorsTests(ControlPlane server)
{
    /// <param name="stride">Every place at which it may have been stopped; every so many of them on a real server.</param>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 5)]
    [Trait("Fault", "T20")]
    public async Task OldLeader_PausedBeforeAnyWriteAndResumedAfterAPromotion_TakesNothingBack(bool isReal, int stride)
    {
        for (var write = 1; ; write += stride)
        {
            using var world = await FaultWorld.OnAsync(server, isReal);
            await Deploy.DoneAsync(world);
            using var old = world.StartFenced(out var lease);
            lease.Renewed(world.Time.GetTimestamp());
            await world.ReconcileAsync(old);
            await world.ApplyAsync(Samples.TwoTiers(full: "better"));
            var resumed = false;
            world.Plan.On(
                call => call.IsWrite,
                new Fault.Meanwhile(async () =>
                {
                    resumed = true;
                    world.Time.Advance(TimeSpan.FromMinutes(1));
                    await world.SettleAsync();
                }),
                skip: write - 1,
                times: 1);

            await world.ReconcileAsync(old);
            await world.ReconcileAsync(old);
            if (!resumed)
                break;
            await world.SettleAsync();
            Assert.True(world.Invariants.StableHistory.Count == 2, $"paused before write {write}: {string.Join(", ", world.Invariants.StableHistory)}");
            Assert.Equal("better", (await world.ServedModelsAsync())["full"]);
            Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
        }
    }

    /// <summary>The old leader had the lease when it sent; the network delivers later.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Fault", "T20")]
    public async Task OldLeadersPatch_DeliveredAfterAnotherLeadersDecision_IsRefused(bool isReal)
    {
        using var world = await FaultWorld.OnAsync(server, isReal);
        await Deploy.DoneAsync(world, Deploy.Steps);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        await world.UntilStepAsync("half");
        var candidate = (await world.PipelineAsync()).Status!.Candidate!.Revision;
        using var old = world.StartAnother();
        for (var turn = 0; turn < 8; turn++)
            await world.LiveAsync();
        var isDelivered = DeliverLate(world, call => call is { IsWrite: true, Kind: "controllerrevisions" });

        // It promotes; by the time that this arrives, the candidate is rejected.
        await world.ReconcileAsync(old);
        await world.SettleAsync();

        Assert.True(isDelivered());
        Assert.Equal(candidate, Assert.Single((await world.PipelineAsync()).Status!.Rejected!).Revision);
        Assert.Single(world.Invariants.StableHistory);
        Assert.All(world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
    }

    /// <summary>The same, when it had stored its decision and another leader has taken that back.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Fault", "T20")]
    public async Task OldLeadersTable_DeliveredAfterAnotherLeadersDecision_IsRefused(bool isReal)
    {
        using var world = await FaultWorld.OnAsync(server, isReal);
        await Deploy.DoneAsync(world, Deploy.Steps);
        var before = (await world.StableAsync())!.Name;
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        await world.UntilStepAsync("half");
        using var old = world.StartAnother();
        for (var turn = 0; turn < 8; turn++)
            await world.LiveAsync();
        var isDelivered = DeliverLate(world, call => call is { IsWrite: true, Kind: "configmaps" } && call.Name == new PipelineNames(Samples.Pipeline).Router);

        await world.ReconcileAsync(old);

        Assert.True(isDelivered());
        Assert.Equal((before, null), ((await world.TableAsync())!.Stable.Revision, (await world.TableAsync())!.Candidate?.Arm.Revision));
    }

    [Fact]
    [Trait("Fault", "T21")]
    public async Task TwoAtOnce_EndTheSameAndAreQuiet()
    {
        var change = new Scenario(world => Deploy.DoneAsync(world), world => world.ApplyAsync(Samples.TwoTiers(full: "better")));
        using var calm = await FaultWorld.OnServerAsync(server);
        var expected = await Outcome.OfAsync(change, calm);
        using var world = await FaultWorld.OnServerAsync(server);
        using var other = world.StartAnother();

        await change.Before(world);
        await change.Change(world);
        for (var turn = 0; turn < 20; turn++)
        {
            await world.ReconcileAsync(other);
            await world.TurnAsync();
        }

        var writes = world.Journal.Count;
        await world.ReconcileAsync(other);
        await world.ReconcileAsync();
        Assert.Equal(writes, world.Journal.Count);
        EndState.AssertSame(expected.State, await world.EndStateAsync());
        Assert.Equal(expected.Stable, world.Invariants.StableHistory);
    }

    /// <summary>The next such write arrives only when the other leader has taken the candidate out, after its routers tripped.</summary>
    /// <returns>Whether it has arrived.</returns>
    private static Func<bool> DeliverLate(FaultWorld world, Func<Call, bool> which)
    {
        var isDelivered = false;
        world.Plan.On(
            which,
            new Fault.Meanwhile(async () =>
            {
                isDelivered = true;
                foreach (var router in world.Nodes.ReadyRouters)
                    router.Seen = router.Seen! with { Trip = new("errors", "9 of 10 failed", world.Time.GetUtcNow()) };
                await world.SettleAsync();
            }),
            times: 1);
        return () => isDelivered;
    }
}
