using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Rollouts;

/// <summary>Candidates in pods of their own: made beside the pool, become the pool, or go without having touched it.</summary>
public sealed class DedicatedPodsTests
{
    private const string Shared = "search-full";

    private readonly TestWorld _world = new();

    [Fact]
    public async Task Candidate_IsLoadedIntoPodsOfItsOwn()
    {
        await DeployAsync();
        var pods = PodsOf(Shared);

        await ChangeAsync("better", Waiting);
        await _world.SettleAsync();

        var own = $"search-full-{(await _world.CandidateAsync()).Name}";
        Assert.Equal([Shared, own, "search-router"], await _world.DeploymentsAsync());
        Assert.Equal(["search", Shared, own, "search-router"], (await _world.ListAsync<V1Service>()).Select(s => s.Name()).Order(StringComparer.Ordinal));
        Assert.Equal([Shared, own, "search-router"], (await _world.ListAsync<V1PodDisruptionBudget>()).Select(b => b.Name()).Order(StringComparer.Ordinal));
        Assert.Equal([Shared, own, "search-router"], (await _world.ListAsync<V1NetworkPolicy>()).Select(p => p.Name()).Order(StringComparer.Ordinal));
        Assert.Equal(pods, PodsOf(Shared));
        Assert.Equal(["base"], _world.HeldIn(Shared));
        Assert.Equal(["better"], _world.HeldIn(own));
    }

    [Fact]
    public async Task Selectors_OfThePools_AreDistinct()
    {
        await DeployAsync();
        await ChangeAsync("better", Waiting);
        await _world.SettleAsync();

        foreach (var service in (await _world.ListAsync<V1Service>()).Where(s => s.Name().StartsWith(Shared, StringComparison.Ordinal)))
        {
            var selected = _world.Nodes.Pods.Where(p => service.Spec.Selector.All(label => p.Pod.GetLabel(label.Key) == label.Value));
            Assert.Equal([service.Name()], selected.Select(p => p.Deployment).Distinct());
        }
    }

    [Fact]
    public async Task Promoted_ItsPodsAreThePool_AndNoneIsStartedForIt()
    {
        await DeployAsync();
        await ChangeAsync("better", Waiting);
        await _world.SettleAsync();
        var candidate = (await _world.CandidateAsync()).Name;
        var pods = _world.PodNames();

        await ChangeAsync("better", spec => Promote(spec, candidate));
        await _world.SettleAsync();

        Assert.Equal(candidate, (await _world.StableAsync())!.Name);
        Assert.Equal(pods, _world.PodNames());
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task Promoted_WhatItReplacedIsRetired_TheOldPodsAreGone()
    {
        var candidate = await PromotedAsync();
        var pods = PodsOf($"search-full-{candidate}");

        _world.Time.Advance(TimeSpan.FromSeconds(101));
        await _world.SettleAsync();

        Assert.Equal([$"search-full-{candidate}", "search-router"], await _world.DeploymentsAsync());
        Assert.Equal(pods, PodsOf($"search-full-{candidate}"));
        Assert.DoesNotContain((await _world.TableAsync())!.Clusters, c => c.Name == "full");
    }

    [Fact]
    public async Task Promoted_ThenReverted_ThePodsOfBeforeServeAgainAtOnce()
    {
        var before = await DeployAsync();
        await PromotedAsync();
        var pods = _world.PodNames();

        await ChangeAsync("base", Waiting);
        await _world.ReconcileAsync();

        Assert.Equal(before, (await _world.StableAsync())!.Name);
        Assert.All(_world.Nodes.ReadyRouters, r => Assert.Equal("full", r.Table!.Stable.Tiers[1].Model!.Cluster));
        await _world.SettleAsync();
        Assert.Equal(pods, _world.PodNames());
    }

    [Fact]
    public async Task Aborted_ItsPodsGoAfterEveryRouterHasLeftThem()
    {
        await DeployAsync();
        var pods = PodsOf(Shared);
        await ChangeAsync("better", Waiting);
        await _world.SettleAsync();
        var candidate = await _world.CandidateAsync();
        Assert.Equal("half", candidate.Rollout.Step);

        await ChangeAsync("better", spec =>
        {
            Waiting(spec);
            spec.Rollout.Directives = [new() { Revision = candidate.Name, Action = DirectiveAction.Abort }];
        });
        var turns = 0;
        while ((await _world.DeploymentsAsync()).Contains($"search-full-{candidate.Name}") && turns++ < 30)
        {
            await _world.ReconcileAsync();
            if (!(await _world.DeploymentsAsync()).Contains($"search-full-{candidate.Name}"))
                Assert.All(_world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
            await _world.TurnAsync();
        }

        Assert.Equal([Shared, "search-router"], await _world.DeploymentsAsync());
        Assert.Equal(pods, PodsOf(Shared));
        Assert.Equal(Reasons.RolledBack, (await _world.ConditionAsync("Ready")).Reason);
    }

    [Fact]
    public async Task CandidateFails_StablesPodsNeverHearOfIt()
    {
        await DeployAsync();
        _world.Nodes.Outcome = m => m.Name == "better" ? Samples.Failed(m, ModelFailure.LoadFailed, "no") : null;

        await ChangeAsync("better", Waiting);
        await _world.SettleAsync();

        Assert.Equal(["base"], _world.HeldIn(Shared));
        Assert.Equal(Reasons.ModelFailed, (await _world.ConditionAsync("Ready")).Reason);
        Assert.All(_world.Nodes.Pods.Where(p => p.Deployment == Shared), p => Assert.True(p.IsReady));
    }

    [Fact]
    public async Task TierIsTheSame_ItsPoolIsShared()
    {
        await DeployAsync();
        var pods = _world.PodNames();

        await ChangeAsync("base", spec =>
        {
            Waiting(spec);
            spec.Router.RequestTimeoutMilliseconds = 500;
        });
        await _world.SettleAsync();

        Assert.Equal("half", (await _world.CandidateAsync()).Rollout.Step);
        Assert.Equal([Shared, "search-router"], await _world.DeploymentsAsync());
        Assert.Equal(pods, _world.PodNames());
    }

    [Fact]
    public async Task ResourcesDiffer_ThePoolIsNotRolled()
    {
        await DeployAsync();
        var pods = PodsOf(Shared);

        await ChangeAsync("base", spec =>
        {
            Waiting(spec);
            spec.Tiers[1].Model!.Resources = new() { Limits = new() { ["memory"] = new("2Gi") } };
        });
        await _world.SettleAsync();

        Assert.Equal("half", (await _world.CandidateAsync()).Rollout.Step);
        Assert.Equal(pods, PodsOf(Shared));
    }

    [Fact]
    public async Task PlacementBecomesCoResident_BeforeAStep_ItIsLoadedIntoThePoolInstead()
    {
        await DeployAsync();
        _world.Nodes.Outcome = m => m.Name == "better" ? new() { Name = m.Name, Digest = m.Digest, State = ModelState.Downloading } : null;
        await ChangeAsync("better", Waiting);
        await _world.SettleAsync();
        Assert.Equal(3, (await _world.DeploymentsAsync()).Count());

        await ChangeAsync("better", CoResident);
        await _world.SettleAsync();

        Assert.Equal([Shared, "search-router"], await _world.DeploymentsAsync());
        Assert.Equal(["base", "better"], _world.HeldIn(Shared));
    }

    [Fact]
    public async Task PlacementBecomesCoResident_AtAStep_ItStaysWhereItIs()
    {
        await DeployAsync();
        await ChangeAsync("better", Waiting);
        await _world.SettleAsync();
        var pods = _world.PodNames();

        await ChangeAsync("better", CoResident);
        await _world.SettleAsync();

        Assert.Equal("half", (await _world.CandidateAsync()).Rollout.Step);
        Assert.Equal(pods, _world.PodNames());
    }

    [Fact]
    public async Task PlacementBecomesCoResident_NextCandidate_IsLoadedIntoThePodsThatServe()
    {
        var stable = await PromotedAsync();
        await _world.ApplyAsync(Samples.Model("best"));

        await ChangeAsync("best", CoResident);
        await _world.SettleAsync();

        Assert.Equal(["best", "better"], _world.HeldIn($"search-full-{stable}"));
        Assert.Equal(["base"], _world.HeldIn(Shared));
    }

    [Fact]
    public async Task Gpus_BeyondTheBudget_NothingIsMadeAndTheConditionSaysWhy()
    {
        await DeployAsync(Gpus);
        var pods = _world.PodNames();

        await ChangeAsync("better", spec => Budget(spec, 1));
        await _world.SettleAsync();

        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal(Reasons.InsufficientGPU, ready.Reason);
        Assert.Contains("need 2 GPUs (tier \"full\": 2 pods with 1), and `rollout.capacity.maxExtraGPUs` allows 1.", ready.Message);
        Assert.Equal([Shared, "search-router"], await _world.DeploymentsAsync());
        Assert.Equal(pods, _world.PodNames());
        Assert.Equal(["base"], _world.HeldIn(Shared));
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);

        await ChangeAsync("better", spec => Budget(spec, 2));
        await _world.SettleAsync();
        Assert.Equal(["better"], _world.HeldIn($"search-full-{(await _world.CandidateAsync()).Name}"));
    }

    [Fact]
    public async Task Gpus_BudgetIsLowered_AtAStep_TrafficKeepsItsPods()
    {
        await DeployAsync(Gpus);
        await ChangeAsync("better", spec => Budget(spec, 2));
        await _world.SettleAsync();
        var pods = _world.PodNames();

        await ChangeAsync("better", spec => Budget(spec, 0));
        await _world.SettleAsync();

        Assert.Equal("half", (await _world.CandidateAsync()).Rollout.Step);
        Assert.Equal(pods, _world.PodNames());
    }

    [Fact]
    public async Task Gpus_OfAnAutoscaledPool_StayWithinTheBudgetUntilItIsPromoted()
    {
        await DeployAsync(Scaled);
        await ChangeAsync("better", spec => Budget(spec, 3, Scaled));
        await _world.SettleAsync();
        var candidate = (await _world.CandidateAsync()).Name;
        Assert.Equal([(Shared, 6), ($"search-full-{candidate}", 3)], await MostAsync());

        await ChangeAsync("better", spec =>
        {
            Budget(spec, 3, Scaled);
            Promote(spec, candidate);
        });
        await _world.SettleAsync();

        Assert.Equal([(Shared, 6), ($"search-full-{candidate}", 6)], await MostAsync());

        static void Scaled(RerankPipelineSpec spec)
        {
            Gpus(spec);
            spec.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 6 };
        }
    }

    private async Task<string> DeployAsync(Action<RerankPipelineSpec>? change = null)
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.Model("better"));
        await ChangeAsync("base", change ?? (_ => { }));
        await _world.SettleAsync();
        return (await _world.StableAsync())!.Name;
    }

    private async Task<string> PromotedAsync()
    {
        if (await _world.StableAsync() is null)
            await DeployAsync();
        await ChangeAsync("better", Waiting);
        await _world.SettleAsync();
        var candidate = (await _world.CandidateAsync()).Name;
        await ChangeAsync("better", spec => Promote(spec, candidate));
        await _world.SettleAsync();
        Assert.Equal(candidate, (await _world.StableAsync())!.Name);
        return candidate;
    }

    private Task ChangeAsync(string model, Action<RerankPipelineSpec> change) => _world.ApplyAsync(Samples.TwoTiers(full: model, change: change));

    /// <summary>Gets to step "half" and waits there for an approval.</summary>
    private static void Waiting(RerankPipelineSpec spec) => spec.Rollout = new()
    {
        Capacity = new() { Placement = CapacityPlacement.DedicatedPods },
        Steps = [new() { Name = "half", TrafficPermille = 500, Approval = Approval.Required }],
        BakeSeconds = 0,
        RetainStableSeconds = 100,
        Analysis = new() { Metrics = [] },
    };

    private static void CoResident(RerankPipelineSpec spec)
    {
        Waiting(spec);
        spec.Rollout.Capacity = new();
    }

    private static void Promote(RerankPipelineSpec spec, string revision)
    {
        if (spec.Rollout.Steps.Count == 0)
            Waiting(spec);
        spec.Rollout.Directives = [new() { Revision = revision, Action = DirectiveAction.PromoteNow }];
    }

    private static void Gpus(RerankPipelineSpec spec) => spec.Tiers[1].Model!.Gpu = new();

    private static void Budget(RerankPipelineSpec spec, int gpus) => Budget(spec, gpus, Gpus);

    private static void Budget(RerankPipelineSpec spec, int gpus, Action<RerankPipelineSpec> pool)
    {
        pool(spec);
        Waiting(spec);
        spec.Rollout.Capacity.MaxExtraGPUs = gpus;
    }

    private async Task<IEnumerable<(string, int)>> MostAsync() =>
        (await _world.ListAsync<V2HorizontalPodAutoscaler>()).Select(a => (a.Name(), a.Spec.MaxReplicas)).Order();

    private List<string> PodsOf(string deployment) => [.. _world.Nodes.Pods.Where(p => p.Deployment == deployment).Select(p => p.Pod.Name()).Order(StringComparer.Ordinal)];
}
