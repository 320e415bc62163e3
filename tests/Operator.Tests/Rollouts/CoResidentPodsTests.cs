using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Rollouts;

/// <summary>Candidates beside stable in its pods: none of those is changed for one that hasn't earned it.</summary>
public sealed class CoResidentPodsTests
{
    private const string Shared = "search-full";

    private readonly TestWorld _world = new();

    [Fact]
    public async Task ResourcesDiffer_StablesPodsStayAsTheyAre_AndGoAfterItIsRetired()
    {
        await DeployAsync();
        var (pods, template) = (_world.PodNames(), await TemplateAsync(Shared));

        await ChangeAsync(Larger);
        await _world.SettleAsync();

        var candidate = await _world.CandidateAsync();
        Assert.Equal("half", candidate.Rollout.Step);
        Assert.Empty(pods.Except(_world.PodNames()));
        Assert.Equal(template, await TemplateAsync(Shared));
        var both = _world.PodNames();

        await ChangeAsync(spec => Promote(spec, candidate.Name, Larger));
        await _world.SettleAsync();
        Assert.Equal(candidate.Name, (await _world.StableAsync())!.Name);
        Assert.Equal(both, _world.PodNames());

        _world.Time.Advance(TimeSpan.FromSeconds(101));
        await _world.SettleAsync();
        Assert.Equal([$"{Shared}-{candidate.Name}", "search-router"], await _world.DeploymentsAsync());
        Assert.Equal(both.Except(pods.Where(p => p.StartsWith(Shared, StringComparison.Ordinal))), _world.PodNames());
    }

    [Fact]
    public async Task ResourcesDiffer_Aborted_NoPodOfStablesIsRestarted()
    {
        await DeployAsync();
        var (pods, template) = (_world.PodNames(), await TemplateAsync(Shared));
        await ChangeAsync(Larger);
        await _world.SettleAsync();
        var candidate = (await _world.CandidateAsync()).Name;

        await ChangeAsync(spec =>
        {
            Larger(spec);
            spec.Rollout.Directives = [new() { Revision = candidate, Action = DirectiveAction.Abort }];
        });
        await _world.SettleAsync();
        _world.Time.Advance(TimeSpan.FromSeconds(11));
        await _world.SettleAsync();

        Assert.Equal([Shared, "search-router"], await _world.DeploymentsAsync());
        Assert.Equal(pods, _world.PodNames());
        Assert.Equal(template, await TemplateAsync(Shared));
    }

    [Fact]
    public async Task NextCandidate_IsLoadedIntoThePodsThatServe()
    {
        await DeployAsync();
        await ChangeAsync(Larger);
        await _world.SettleAsync();
        var stable = (await _world.CandidateAsync()).Name;
        await ChangeAsync(spec => Promote(spec, stable, Larger));
        await _world.SettleAsync();

        await ChangeAsync(Larger, "better");
        await _world.SettleAsync();

        Assert.Equal("half", (await _world.CandidateAsync()).Rollout.Step);
        Assert.Equal(["base", "better"], _world.HeldIn($"{Shared}-{stable}"));
    }

    [Fact]
    public async Task GpuPool_WithoutABudget_IsRefusedAndTheConditionSaysWhy()
    {
        await DeployAsync(Gpus);
        var (pods, template) = (_world.PodNames(), await TemplateAsync(Shared));

        await ChangeAsync(LargerGpus);
        await _world.SettleAsync();

        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal(Reasons.InsufficientGPU, ready.Reason);
        Assert.Contains("need 2 GPUs (tier \"full\": 2 pods with 1, which differ from those that serve), and `rollout.capacity.maxExtraGPUs` allows 0.", ready.Message);
        Assert.DoesNotContain("CoResident", ready.Message);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);
        Assert.Equal(pods, _world.PodNames());
        Assert.Equal(template, await TemplateAsync(Shared));

        await ChangeAsync(spec =>
        {
            LargerGpus(spec);
            spec.Rollout.Capacity.MaxExtraGPUs = 2;
        });
        await _world.SettleAsync();
        Assert.Equal("half", (await _world.CandidateAsync()).Rollout.Step);
        Assert.Empty(pods.Except(_world.PodNames()));
    }

    [Fact]
    public async Task GpuPool_AnotherModel_NeedsNoBudget()
    {
        await DeployAsync(Gpus);
        var pods = _world.PodNames();

        await ChangeAsync(Gpus, "better");
        await _world.SettleAsync();

        Assert.Equal("half", (await _world.CandidateAsync()).Rollout.Step);
        Assert.Equal(pods, _world.PodNames());
    }

    [Fact]
    public async Task GpusWhereThereWereNone_AreNotExtra()
    {
        await DeployAsync();
        var template = await TemplateAsync(Shared);

        await ChangeAsync(Gpus);
        await _world.SettleAsync();

        Assert.Equal("half", (await _world.CandidateAsync()).Rollout.Step);
        Assert.Equal(template, await TemplateAsync(Shared));
    }

    [Fact]
    public async Task SidecarsResourcesDiffer_RoutersFollowOnceItIsStable()
    {
        await DeployAsync();
        var template = await TemplateAsync("search-router");

        await ChangeAsync(LargerSidecar);
        await _world.SettleAsync();
        var candidate = (await _world.CandidateAsync()).Name;
        Assert.Equal(template, await TemplateAsync("search-router"));

        await ChangeAsync(spec => Promote(spec, candidate, LargerSidecar, bakeSeconds: 50));
        await _world.SettleAsync();
        Assert.Equal(RevisionState.Baking, (await _world.StableAsync())!.State);
        Assert.Equal(template, await TemplateAsync("search-router"));

        _world.Time.Advance(TimeSpan.FromSeconds(51));
        await _world.SettleAsync();
        Assert.Equal(RevisionState.Stable, (await _world.StableAsync())!.State);
        Assert.Contains("1536Mi", await TemplateAsync("search-router"));
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    /// <summary>How long a pod may take to stop is in its template, and follows from the time limit.</summary>
    [Fact]
    public async Task TimeLimitRises_NoPodIsRestartedForACandidate()
    {
        await DeployAsync();
        var pods = _world.PodNames();

        await ChangeAsync(spec => spec.Router.RequestTimeoutMilliseconds = 300_000);
        await _world.SettleAsync();

        Assert.Equal("half", (await _world.CandidateAsync()).Rollout.Step);
        Assert.Equal(pods, _world.PodNames());
    }

    [Fact]
    public async Task AutoscaledPool_ItsOwnPodsAreAsManyAsThoseThatServe()
    {
        await DeployAsync(Scaled);
        var scaled = new V1Deployment { Metadata = new() { Name = Shared, NamespaceProperty = TestWorld.Namespace }, Spec = new() { Replicas = 5 } };
        await _world.Api.As("horizontal-pod-autoscaler").ApplyAsync(scaled, TestContext.Current.CancellationToken);
        await _world.SettleAsync();

        await ChangeAsync(spec =>
        {
            Scaled(spec);
            Larger(spec);
        });
        await _world.SettleAsync();

        Assert.Equal(5, _world.Nodes.Pods.Count(p => p.Deployment != Shared && p.Deployment.StartsWith(Shared, StringComparison.Ordinal)));

        static void Scaled(RerankPipelineSpec spec) => spec.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 6 };
    }

    private async Task DeployAsync(Action<RerankPipelineSpec>? change = null)
    {
        foreach (var model in new[] { "tiny", "base", "better" })
            await _world.ApplyAsync(Samples.Model(model));
        await ChangeAsync(change ?? (_ => { }));
        await _world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    /// <summary>Gets to step "half" and waits there for an approval.</summary>
    private Task ChangeAsync(Action<RerankPipelineSpec> change, string model = "base") => _world.ApplyAsync(Samples.TwoTiers(full: model, change: spec =>
    {
        spec.Rollout = new()
        {
            Steps = [new() { Name = "half", TrafficPermille = 500, Approval = Approval.Required }],
            BakeSeconds = 0,
            RetainStableSeconds = 100,
            Analysis = new() { Metrics = [] },
        };
        change(spec);
    }));

    private static void Promote(RerankPipelineSpec spec, string revision, Action<RerankPipelineSpec> change, int bakeSeconds = 0)
    {
        change(spec);
        spec.Rollout.BakeSeconds = bakeSeconds;
        spec.Rollout.Directives = [new() { Revision = revision, Action = DirectiveAction.PromoteNow }, new() { Revision = revision, Action = DirectiveAction.Approve, Step = StepSpec.Bake }];
    }

    private static void Larger(RerankPipelineSpec spec) => spec.Tiers[1].Model!.Resources = new() { Limits = new() { ["memory"] = new("2Gi") } };

    private static void LargerSidecar(RerankPipelineSpec spec) => spec.Tiers[0].Model!.Resources = new() { Limits = new() { ["memory"] = new("1536Mi") } };

    private static void Gpus(RerankPipelineSpec spec) => spec.Tiers[1].Model!.Gpu = new();

    private static void LargerGpus(RerankPipelineSpec spec)
    {
        Gpus(spec);
        Larger(spec);
    }

    private async Task<string> TemplateAsync(string deployment) =>
        KubernetesJson.Serialize((await _world.ListAsync<V1Deployment>()).Single(d => d.Name() == deployment).Spec.Template);
}
