using k8s.Models;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Models;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Rollouts;

/// <summary>A candidate is bad, or what it stands on is.</summary>
public sealed class RollbackTests(ControlPlane server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "T57")]
    public async Task CandidateFlapsForEver_DeadlineCountsFromItsStart()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Impatient);
        var fails = false;
        world.Nodes.Outcome = m => m.Name != "better" ? null
            : fails ? Samples.Failed(m, ModelFailure.LoadFailed, "no")
            : new() { Name = m.Name, Digest = m.Digest, State = ModelState.Loading };
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Impatient));

        // Another state every second: no oscillation begins the wait anew.
        var turns = 0;
        await world.UntilAsync(async () =>
        {
            fails = !fails;
            turns++;
            return (await world.PipelineAsync()).Status?.Rejected is { Count: 1 };
        });

        Assert.InRange(turns, 30, 36);
        Assert.Equal(RolloutReasons.ProgressDeadlineExceeded, (await world.PipelineAsync()).Status!.Rejected!.Single().Reason);
        Assert.Single(world.Invariants.StableHistory);

        static void Impatient(RerankPipelineSpec spec)
        {
            Deploy.Steps(spec);
            spec.Rollout.ProgressDeadlineSeconds = 30;
        }
    }

    [Fact]
    [Trait("Fault", "T58")]
    public async Task RegressionAfterThePromotion_TrafficReturnsAtOnce()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Baking);
        var before = (await world.StableAsync())!.Name;
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Baking));
        await world.UntilAsync(async () => (await world.StableAsync())!.Name != before);

        foreach (var router in world.Nodes.ReadyRouters)
            router.Seen = router.Seen! with { Trip = new(BuiltInLimit.InvalidScores, "3 requests", world.Time.GetUtcNow()) };
        var noticed = world.Time.GetUtcNow();
        await world.UntilAsync(() => Task.FromResult(world.Nodes.ReadyRouters.All(r => r.Table is { Candidate: null } table && table.Stable.Revision == before)));
        Assert.True(world.Time.GetUtcNow() - noticed <= TimeSpan.FromSeconds(5));

        await world.SettleAsync();
        Assert.Equal(before, (await world.StableAsync())!.Name);
        Assert.Equal((ConditionStatus.False, Reasons.RolledBack), ((await world.ConditionAsync("Ready")).Status, (await world.ConditionAsync("Ready")).Reason));
        Assert.Equal(3, world.Invariants.StableHistory.Count);

        static void Baking(RerankPipelineSpec spec)
        {
            Deploy.Steps(spec);
            (spec.Rollout.Steps, spec.Rollout.BakeSeconds) = ([], 600);
        }
    }

    [Fact]
    [Trait("Fault", "T60")]
    public async Task OneRouterDoesNotFollow_NoAdvance_AndOnceItIsGoneTheOthersDecide()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Deploy.Steps);
        var deaf = world.Nodes.Pods.First(p => p.Router is not null);
        world.Plan.On(call => call.Verb == Faults.Verb.Push && call.Name!.StartsWith($"{deaf.Ip}:", StringComparison.Ordinal), new Faults.Fault.LostRequest());
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));

        for (var turn = 0; turn < 12; turn++)
            await world.TurnAsync();
        Assert.Null((await world.PipelineAsync()).Status!.Candidate!.StepStartTime);
        Assert.Equal(ConditionStatus.False, (await world.ConditionAsync("TrafficConverged")).Status);
        Assert.Contains(deaf.Pod.Name(), (await world.ConditionAsync("TrafficConverged")).Message);

        await world.Nodes.KillAsync(deaf.Pod.Name(), Stop);
        await world.UntilAsync(async () => (await world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name == "better");
    }

    [Fact]
    [Trait("Fault", "T60")]
    public async Task OneRouterDoesNotFollowForADay_ItIsNamedAndNothingIsRejected()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, Deploy.Steps);
        var deaf = world.Nodes.Pods.First(p => p.Router is not null);
        world.Plan.On(call => call.Verb == Faults.Verb.Push && call.Name!.StartsWith($"{deaf.Ip}:", StringComparison.Ordinal), new Faults.Fault.LostRequest());
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        for (var turn = 0; turn < 6; turn++)
            await world.TurnAsync();
        Assert.Equal(ConditionStatus.False, (await world.ConditionAsync("Stalled")).Status);

        world.Time.Advance(TimeSpan.FromDays(1));
        await world.TurnAsync();

        var stalled = await world.ConditionAsync("Stalled");
        Assert.Equal((ConditionStatus.True, RolloutReasons.RouterNotFollowing), (stalled.Status, stalled.Reason));
        Assert.Contains(deaf.Pod.Name(), stalled.Message, StringComparison.Ordinal);
        Assert.Contains(await world.ListAsync<Eventsv1Event>(), e => e.Reason == RolloutReasons.RouterNotFollowing);
        Assert.Null((await world.PipelineAsync()).Status!.Rejected);

        world.Plan.Clear();
        await world.UntilAsync(async () => (await world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name == "better");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Fault", "T60")]
    public async Task CandidateRejectedWhileARouterIsCutOff_ItsOwnPodsGoAfterTheDeadlineOnlyIfThatIsSilent(bool isSilent)
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, Own);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Own));
        await world.UntilStepAsync("half");
        var deaf = world.Nodes.Pods.First(p => p.Router is not null);
        world.Plan.On(
            call => (call.Verb == Faults.Verb.Push || (isSilent && call.Verb == Faults.Verb.Ask)) && call.Name!.StartsWith($"{deaf.Ip}:", StringComparison.Ordinal),
            new Faults.Fault.LostRequest());
        foreach (var router in world.Nodes.ReadyRouters)
            router.Seen = router.Seen! with { Trip = new(BuiltInLimit.InvalidScores, "3 requests", world.Time.GetUtcNow()) };
        for (var turn = 0; turn < 6; turn++)
            await world.TurnAsync();
        Assert.Single((await world.PipelineAsync()).Status!.Rejected!);
        Assert.Equal(2, await PoolsAsync());

        // The router that is cut off still asks for it: that is what is given up.
        world.Invariants.IsOutage = true;
        world.Time.Advance(TimeSpan.FromSeconds(901));
        for (var turn = 0; turn < 3; turn++)
            await world.TurnAsync();

        Assert.Equal(isSilent ? 1 : 2, await PoolsAsync());
        Assert.Equal(
            isSilent,
            (await world.ListAsync<Eventsv1Event>()).Any(e => e.Reason == RolloutReasons.RouterNotFollowing && e.Note.Contains(deaf.Pod.Name(), StringComparison.Ordinal)));

        async Task<int> PoolsAsync() => (await world.ListAsync<V1Deployment>()).Count(d => d.Name().StartsWith("search-full", StringComparison.Ordinal));

        static void Own(RerankPipelineSpec spec)
        {
            Deploy.Steps(spec);
            spec.Rollout.Steps = [new() { Name = "half", TrafficPermille = 500, Approval = Approval.Required }];
            spec.Rollout.Capacity = new() { Placement = CapacityPlacement.DedicatedPods };
        }
    }

    [Fact]
    [Trait("Fault", "T57")]
    public async Task PodLostLongAfterAStepBegan_IsNoReasonToReject()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, Deploy.Steps);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        await world.UntilStepAsync("shadow");
        world.Traffic.PerTurn = 0;
        world.Time.Advance(TimeSpan.FromMinutes(20));
        await world.TurnAsync();

        await world.Nodes.KillAsync(world.Nodes.Pods.First(p => p.Component == "full").Pod.Name(), Stop);
        await world.TurnAsync();
        // Nor is a look at which nobody answers.
        world.Plan.On(call => call.Verb == Faults.Verb.Ask, new Faults.Fault.LostRequest());
        await world.TurnAsync();
        world.Plan.Clear();
        await world.TurnAsync();
        Assert.Null((await world.PipelineAsync()).Status!.Rejected);

        world.Traffic.PerTurn = 400;
        await world.UntilAsync(async () => (await world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name == "better");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [Trait("Fault", "T65")]
    public async Task ClockJumpsAnHour_RolloutGoesOn(int hours)
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Deploy.Steps);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        await world.UntilStepAsync("half");

        world.Time.AdjustTime(world.Time.GetUtcNow() + TimeSpan.FromHours(hours));
        world.RestartOperator();

        await world.UntilAsync(async () => (await world.StableAsync()) is { } stable && stable.Snapshot.Tiers[^1].Model!.Model.Name == "better");
        Assert.Equal(2, world.Invariants.StableHistory.Count);
        Assert.Null((await world.PipelineAsync()).Status!.Rejected);
    }

    [Fact]
    [Trait("Fault", "T36")]
    public async Task StableIsBrokenEverywhere_ACorrectedSpecStillComesToBe()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, AtOnce);
        world.Invariants.IsOutage = true;
        world.Nodes.Outcome = m => m.Name == "base" ? Samples.Failed(m, ModelFailure.LoadFailed, "no") : null;
        foreach (var pod in world.Nodes.Pods.ToList())
            await world.Nodes.KillAsync(pod.Pod.Name(), Stop);
        for (var turn = 0; turn < 3; turn++)
        {
            await world.ReconcileAsync();
            await world.Nodes.StepAsync(Stop);
        }

        Assert.Equal(ConditionStatus.False, (await world.ConditionAsync("Ready")).Status);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: AtOnce));
        for (var turn = 0; turn < 30 && (await world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name != "better"; turn++)
        {
            await world.ReconcileAsync();
            await world.Nodes.StepAsync(Stop);
            world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        world.Invariants.IsOutage = false;
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);

        static void AtOnce(RerankPipelineSpec spec) => (spec.Rollout.BakeSeconds, spec.Rollout.RetainStableSeconds) = (0, 0);
    }

    [Fact]
    [Trait("Fault", "T39")]
    public async Task StepsEditedAtAStep_LessTakesEffectAtOnce_MoreIsEarned()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Deploy.Steps);
        await ChangeAsync(Step("first", 200), Step("second", 600));
        world.Traffic.PerTurn = 0;
        await world.UntilStepAsync("first");

        await ChangeAsync(Step("first", 100), Step("second", 600));
        await world.TurnAsync();
        Assert.All(world.Nodes.ReadyRouters, r => Assert.Equal(100, r.Table!.Candidate!.TrafficPermille));

        // The step that it is at is gone: on to the first that gives more, once this one is passed.
        await ChangeAsync(Step("other", 300));
        for (var turn = 0; turn < 3; turn++)
            await world.TurnAsync();
        Assert.All(world.Nodes.ReadyRouters, r => Assert.InRange(r.Table!.Candidate!.TrafficPermille, 100, 300));
        Assert.True((await world.RevisionsAsync()).Single(r => r.Role == RevisionRole.Candidate).Rollout.Attempt == 1);

        Task ChangeAsync(params StepSpec[] steps) => world.ApplyAsync(Samples.TwoTiers(full: "better", change: spec =>
        {
            Deploy.Steps(spec);
            spec.Rollout.Steps = [.. steps];
        }));

        static StepSpec Step(string name, int traffic) => new() { Name = name, TrafficPermille = traffic, MinRequests = 100 };
    }

    [Fact]
    [Trait("Fault", "T40")]
    public async Task ThresholdsEditedAtAStep_HoldFromNowOn_AndWhatWasSeenIsKept()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, spec => Judged(spec, hardLimit: 200));
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: spec => Judged(spec, hardLimit: 200)));
        await world.UntilStepAsync("half");
        await world.TurnAsync();
        var seen = world.Nodes.ReadyRouters.Sum(r => r.Seen!.Candidate.Requests);

        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: spec => Judged(spec, hardLimit: 50)));
        await world.TurnAsync();

        Assert.All(world.Nodes.ReadyRouters, r => Assert.Contains(r.Table!.Candidate!.HardLimits, limit => limit.Permille == 50));
        Assert.True(world.Nodes.ReadyRouters.Sum(r => r.Seen!.Candidate.Requests) >= seen);
        Assert.Equal(1, (await world.PipelineAsync()).Status!.Candidate!.Attempt);

        static void Judged(RerankPipelineSpec spec, int hardLimit)
        {
            Deploy.Steps(spec);
            spec.Rollout.Steps = [new() { Name = "half", TrafficPermille = 500, MinDurationSeconds = 60 }];
            spec.Rollout.Analysis.Metrics[0].HardLimitPermille = hardLimit;
        }
    }
}
