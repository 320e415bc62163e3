using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
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
}
