using Rerank.Contracts.Evidence;
using Rerank.Contracts.Models;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Tests.World;
using Rerank.TestKit;

namespace Rerank.Faults.Tests.Intermediate;

/// <summary>The operator dies at any point of a rollout, and another goes on.</summary>
public sealed class RolloutTests(ControlPlane server)
{
    private static readonly Scenario Good = new(
        world => Deploy.DoneAsync(world, Deploy.Steps), world => world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps)), Promotion.IsOverAsync);

    // At half of the traffic the routers notice that it gives no numbers.
    private static readonly Scenario Bad = new(
        world => Deploy.DoneAsync(world, Deploy.Steps),
        async world =>
        {
            await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
            await world.UntilStepAsync("half");
            foreach (var router in world.Nodes.ReadyRouters)
                router.Seen = router.Seen! with { Trip = new(BuiltInLimit.InvalidScores, "3 requests", world.Time.GetUtcNow()) };
            world.Invariants.MayRise = false;
        },
        IsRejectedAsync);

    [Fact]
    [Trait("Fault", "T2")]
    [Trait("Fault", "T3")]
    [Trait("Fault", "T5")]
    [Trait("Fault", "T6")]
    [Trait("Fault", "T8")]
    public async Task GoodCandidate_CrashAfterEveryWrite_EndsTheSameByTheSameWeights() =>
        Assert.True(await EveryWrite.EndsTheSameAsync(server, Good, new Fault.Crash()) > 25);

    [Fact]
    [Trait("Fault", "T2")]
    [Trait("Fault", "T38")]
    public async Task DedicatedPods_CrashAfterEveryWrite_EndsTheSameWithinTheBudget()
    {
        var dedicated = new Scenario(
            async world =>
            {
                world.Invariants.GpuBudget = 4;
                await Deploy.DoneAsync(world, Dedicated);
            },
            world => world.ApplyAsync(Samples.TwoTiers(full: "better", change: Dedicated)),
            Promotion.IsOverAsync);

        Assert.True(await EveryWrite.EndsTheSameAsync(server, dedicated, new Fault.Crash()) > 25);

        static void Dedicated(RerankPipelineSpec spec)
        {
            Deploy.Steps(spec);
            spec.Tiers[1].Model!.Gpu = new();
            spec.Rollout.Capacity = new() { Placement = CapacityPlacement.DedicatedPods, MaxExtraGPUs = 2 };
        }
    }

    [Fact]
    [Trait("Fault", "T4")]
    public async Task Rollback_CrashAfterEveryWrite_EndsRolledBack() =>
        Assert.True(await EveryWrite.EndsTheSameAsync(server, Bad, new Fault.Crash()) > 5);

    [Fact]
    [Trait("Fault", "T10")]
    public async Task Rollback_AnswerOfEveryWriteLost_EndsRolledBack() =>
        Assert.True(await EveryWrite.EndsTheSameAsync(server, Bad, new Fault.LostAnswer()) > 5);

    [Fact]
    [Trait("Fault", "T3")]
    public async Task PromotionCutOff_AndThePoolIsWantedByAnother_ItServesUntilRoutersHaveLeftIt()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Deploy.Impatient);
        world.Plan.On(call => call.IsWrite && world.Invariants.StableHistory.Count == 2, new Fault.Crash(), times: 1);
        await world.ApplyAsync(Samples.TwoTiers(change: spec =>
        {
            Deploy.Impatient(spec);
            spec.Tiers[1] = Samples.Sidecar("full", "base");
        }));
        await world.UntilAsync(() => Task.FromResult(world.Lives == 2));

        world.Nodes.Outcome = m => m.Name == "better" ? new() { Name = m.Name, Digest = m.Digest, State = ModelState.Loading } : null;
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Impatient));
        for (var turn = 0; turn < 4; turn++)
            await world.TurnAsync();
        Assert.All(world.Nodes.ReadyRouters, r => Assert.EndsWith(r.Table!.Stable.Revision, world.Invariants.StableHistory[^1], StringComparison.Ordinal));

        world.Nodes.Outcome = _ => null;
        await world.UntilAsync(() => Promotion.IsOverAsync(world));
        Assert.Equal(3, world.Invariants.StableHistory.Count);
    }

    [Fact]
    [Trait("Fault", "T12")]
    public async Task DefinitionsAppliedAnew_BeforeEveryWriteAndWithCrashes_EndsTheSame()
    {
        using var calm = await FaultWorld.OnServerAsync(server);
        var expected = await Outcome.OfAsync(Good, calm);
        using var world = await FaultWorld.OnServerAsync(server);
        var writes = 0;

        var actual = await Outcome.OfAsync(Good, world, w =>
        {
            // A new process repeats the writes of the one before: with crashes for ever none would get further.
            w.Plan.On(call => call.IsWrite && ++writes % 7 == 0, new Fault.Crash(), times: 8);
            w.Plan.On(
                call => call.IsWrite && writes % 5 == 0,
                new Fault.Meanwhile(() => server.Fixture.InstallCrdsAsync(Repository.File("config", "crds"), TestContext.Current.CancellationToken)),
                times: 4);
        });

        expected.AssertSame(actual, "with definitions applied anew");
    }

    [Fact]
    [Trait("Fault", "T7")]
    public async Task Deletion_CrashAfterEveryWrite_LeavesNothing()
    {
        var delete = new Scenario(
            world => Deploy.DoneAsync(world),
            async world =>
            {
                await world.DeleteAsync<RerankPipeline>(Samples.Pipeline);
                foreach (var model in new[] { "tiny", "base", "better" })
                    await world.DeleteAsync<ModelVersion>(model);
            });
        await EveryWrite.EndsTheSameAsync(server, delete, new Fault.Crash());

        using var world = await FaultWorld.OnServerAsync(server);
        Assert.Empty((await Outcome.OfAsync(delete, world)).State);
    }

    [Fact]
    [Trait("Fault", "T13")]
    public async Task StatusWiped_AtHalfOfTheTraffic_GoesOnThere()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Good.Before(world);
        await Good.Change(world);
        world.Traffic.PerTurn = 0;
        await world.UntilAsync(async () => (await world.PipelineAsync()).Status?.Candidate?.Step == "shadow");
        world.Traffic.PerTurn = 400;
        await world.UntilAsync(async () => (await world.PipelineAsync()).Status?.Candidate?.Step == "half");
        world.Traffic.PerTurn = 0;
        await world.SettleAsync();
        var weights = world.Invariants.Weights;

        await StatusWipedTests.WipeAsync(server, world);
        world.RestartOperator();
        await world.SettleAsync();

        Assert.Equal(weights, world.Invariants.Weights);
        Assert.All(world.Nodes.ReadyRouters, r => Assert.Equal(500, r.Table!.Candidate!.TrafficPermille));
        Assert.Equal("half", (await world.PipelineAsync()).Status!.Candidate!.Step);
        Assert.Single(world.Invariants.StableHistory);
    }

    private static async Task<bool> IsRejectedAsync(FaultWorld world) =>
        (await world.RevisionsAsync()).Any(r => r is { Role: RevisionRole.Retired, Verdict.Verdict: RevisionVerdictKind.Rejected })
        && world.Nodes.ReadyRouters.All(r => r.Table!.Candidate is null);
}
