using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Pipelines.Engines;

/// <summary>Other images of router and host reach a pipeline as a candidate, or not at all.</summary>
public sealed class EngineTests
{
    private const string Shared = "search-full";

    private readonly TestWorld _world = new();

    [Fact]
    public async Task OtherImages_AreACandidateInPodsOfItsOwn_AndNoPodOfStablesChanges()
    {
        await DeployAsync(Waiting);
        var (pods, templates) = (_world.PodNames(), await TemplatesAsync());

        Upgrade();
        await _world.SettleAsync();

        var candidate = await _world.CandidateAsync();
        Assert.Equal("half", candidate.Rollout.Step);
        Assert.Equal(new("test/router:2", "test/host:2", null, PodFormat.Current), candidate.Snapshot.Engine);
        Assert.Empty(pods.Except(_world.PodNames()));
        Assert.Equal(templates, await TemplatesAsync([.. templates.Keys]));
        Assert.Equal(["test/host:2"], ImagesOf($"{Shared}-{candidate.Name}"));
        Assert.Equal(Reasons.EngineRollout, (await _world.ConditionAsync("EngineCurrent")).Reason);
        Assert.Equal("test/host:1", (await _world.PipelineAsync()).Status!.Engine!.Host);
    }

    [Fact]
    public async Task Promoted_RoutersAndWhatIsBesideThemFollow()
    {
        await DeployAsync();

        Upgrade();
        await _world.SettleAsync(24);

        Assert.All(["test/router:2", "test/host:2"], image => Assert.Contains(image, ImagesOf("search-router")));
        Assert.DoesNotContain("test/router:1", ImagesOf("search-router"));
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
        Assert.Equal((ConditionStatus.True, Reasons.EngineCurrent), Of(await _world.ConditionAsync("EngineCurrent")));
        Assert.Equal(("test/router:2", "test/host:2", null), await EngineAsync());
    }

    /// <summary>What was promoted is guarded until its bake is over: an engine's trial would end that.</summary>
    [Fact]
    public async Task SpecBakes_ItsImagesComeAfterThat()
    {
        await DeployAsync();
        await _world.ApplyAsync(Samples.TwoTiers(full: "better", change: spec => spec.Rollout.BakeSeconds = 3600));
        await _world.SettleAsync(16);
        var promoted = (await _world.StableAsync())!;
        Assert.Equal(RevisionState.Baking, promoted.State);

        Upgrade();
        await _world.SettleAsync(16);

        Assert.DoesNotContain(await _world.RevisionsAsync(), r => r.Role == RevisionRole.Candidate);
        Assert.Equal((promoted.Name, RevisionState.Baking), ((await _world.StableAsync())!.Name, (await _world.StableAsync())!.State));
        Assert.Equal(Reasons.EngineAfterSpec, (await _world.ConditionAsync("EngineCurrent")).Reason);
    }

    /// <summary>Pods as operators made them that knew of no engines, nor of two tokens, stay as they are.</summary>
    [Fact]
    public void Adopt_PodsOfTheFirstFormat_AreKnownByTheirVolumes()
    {
        var (first, current) = (Pods(Volumes.Admin("search-admin", PodFormat.First)), Pods(Volumes.Admin("search-admin", PodFormat.Current)));

        Assert.Equal((PodFormat.First, PodFormat.Current), (PodFormat.Of(first), PodFormat.Of(current)));

        static k8s.Models.V1PodSpec Pods(k8s.Models.V1Volume admin) => new() { Containers = [], Volumes = [admin] };
    }

    [Fact]
    public async Task Pinned_NothingChanges_AlsoWhenTheSpecDoes_UntilItFollows()
    {
        await DeployAsync(Pinned);
        var templates = await TemplatesAsync();
        Upgrade();
        await _world.SettleAsync();
        Assert.Equal(templates, await TemplatesAsync());
        Assert.Equal(Reasons.EnginePinned, (await _world.ConditionAsync("EngineCurrent")).Reason);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);

        await _world.ApplyAsync(Samples.TwoTiers(full: "better", change: Pinned));
        await _world.SettleAsync(16);
        Assert.Equal("better", (await _world.ServedModelsAsync())["full"]);
        Assert.Equal(templates, await TemplatesAsync());
        Assert.Equal(("test/router:1", "test/host:1", null), await EngineAsync());

        await _world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await _world.SettleAsync(24);
        Assert.Equal(("test/router:2", "test/host:2", null), await EngineAsync());
    }

    /// <summary>An operator that knows of engines, in place of one that didn't.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RevisionsOfBefore_GoOnWithTheImagesOfTheirPods(bool isPinned)
    {
        await DeployAsync(isPinned ? Pinned : Waiting);
        var name = await ForgetEngineAsync();
        var templates = await TemplatesAsync();

        if (isPinned)
            Upgrade();
        else
            _world.RestartOperator();
        await _world.SettleAsync();

        var only = Assert.Single(await _world.RevisionsAsync());
        Assert.Equal((name, RevisionRole.Stable), (only.Name, only.Role));
        Assert.Null(only.Snapshot.Engine);
        Assert.Equal(new("test/router:1", "test/host:1", null, PodFormat.Current), only.Snapshot.AdoptedEngine);
        Assert.Equal(templates, await TemplatesAsync());
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
        Assert.Equal(("test/router:1", "test/host:1", null), await EngineAsync());
    }

    [Fact]
    public async Task RevisionsOfBefore_OtherImages_AreACandidate()
    {
        await DeployAsync(Waiting);
        var name = await ForgetEngineAsync();
        var templates = await TemplatesAsync();

        Upgrade();
        await _world.SettleAsync();

        Assert.Equal(name, (await _world.StableAsync())!.Name);
        Assert.Equal(new("test/router:2", "test/host:2", null, PodFormat.Current), (await _world.CandidateAsync()).Snapshot.Engine);
        Assert.Equal(templates, await TemplatesAsync([.. templates.Keys]));
    }

    [Fact]
    public async Task Rejected_IsNotTriedAgainUntilImagesChange_OrSomebodySaysSo()
    {
        await DeployAsync(Waiting);
        var stable = (await _world.StableAsync())!.Name;
        Upgrade();
        await _world.SettleAsync();
        var candidate = (await _world.CandidateAsync()).Name;

        await _world.ApplyAsync(Samples.TwoTiers(change: spec => Directed(spec, candidate, DirectiveAction.Abort)));
        await _world.SettleAsync();
        _world.Time.Advance(TimeSpan.FromSeconds(20));
        await _world.SettleAsync(16);

        Assert.Equal([Shared, "search-router"], (await _world.ListAsync<V1Deployment>()).Select(d => d.Name()).Order(StringComparer.Ordinal));
        Assert.Equal(stable, (await _world.StableAsync())!.Name);
        var engine = await _world.ConditionAsync("EngineCurrent");
        Assert.Equal((ConditionStatus.False, Reasons.EngineRejected), Of(engine));
        Assert.Contains($"{candidate} asks for it", engine.Message);
        // What the spec asks for is what answers.
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);

        await _world.ApplyAsync(Samples.TwoTiers(change: spec => Directed(spec, candidate, DirectiveAction.Retry)));
        await _world.SettleAsync();
        Assert.Equal(candidate, (await _world.CandidateAsync()).Name);

        _world.Options.Images.RerankerHost = "test/host:3";
        await _world.SettleAsync();
        Assert.Equal("test/host:3", (await _world.CandidateAsync()).Snapshot.Engine!.Host);
    }

    [Fact]
    public async Task ImagesGoBack_NothingIsLeftOfTheCandidate()
    {
        await DeployAsync(Waiting);
        var templates = await TemplatesAsync();
        Upgrade();
        await _world.SettleAsync();

        Upgrade(to: 1);
        await _world.SettleAsync();
        _world.Time.Advance(TimeSpan.FromSeconds(20));
        await _world.SettleAsync();

        Assert.DoesNotContain(await _world.RevisionsAsync(), r => r.Role == RevisionRole.Candidate);
        Assert.Equal(templates, await TemplatesAsync());
    }

    [Fact]
    public async Task SpecChanges_ComesFirst_AndKeepsTheEngine()
    {
        await DeployAsync(Waiting);
        Upgrade();
        await _world.SettleAsync();

        await _world.ApplyAsync(Samples.TwoTiers(full: "better", change: Waiting));
        await _world.SettleAsync();

        var candidate = await _world.CandidateAsync();
        Assert.Equal("test/host:1", candidate.Snapshot.Engine!.Host);
        Assert.Equal("better", candidate.Snapshot.Tiers[1].Model!.Model.Name);
        Assert.Equal(Reasons.EngineAfterSpec, (await _world.ConditionAsync("EngineCurrent")).Reason);
    }

    [Fact]
    public async Task GpusWithoutABudget_StayAndSayWhy()
    {
        await DeployAsync(Gpus);
        var templates = await TemplatesAsync();

        Upgrade();
        await _world.SettleAsync();
        var engine = await _world.ConditionAsync("EngineCurrent");
        Assert.Equal((ConditionStatus.False, Reasons.InsufficientGPU), Of(engine));
        Assert.Contains("need 2 GPUs", engine.Message);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
        Assert.Equal(templates, await TemplatesAsync());

        await _world.ApplyAsync(Samples.TwoTiers(change: spec =>
        {
            Gpus(spec);
            spec.Rollout.Capacity.MaxExtraGPUs = 2;
        }));
        await _world.SettleAsync();
        Assert.Equal(["test/host:2-cuda"], ImagesOf($"{Shared}-{(await _world.CandidateAsync()).Name}"));

        static void Gpus(RerankPipelineSpec spec)
        {
            Waiting(spec);
            spec.Tiers[1].Model!.Gpu = new();
        }
    }

    /// <summary>Only images that a pipeline runs are its engine.</summary>
    [Fact]
    public async Task ImageOfTiersThatItHasNone_IsNoChange()
    {
        await DeployAsync();
        _world.Options.Images.RerankerHostCuda = "test/host:2-cuda";
        _world.RestartOperator();
        await _world.SettleAsync();

        Assert.Single(await _world.RevisionsAsync());
        Assert.Equal((ConditionStatus.True, Reasons.EngineCurrent), Of(await _world.ConditionAsync("EngineCurrent")));
    }

    private async Task DeployAsync(Action<RerankPipelineSpec>? change = null)
    {
        foreach (var model in new[] { "tiny", "base", "better" })
            await _world.ApplyAsync(Samples.Model(model));
        await _world.ApplyAsync(Samples.TwoTiers(change: change));
        await _world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    private void Upgrade(int to = 2)
    {
        (_world.Options.Images.Router, _world.Options.Images.RerankerHost, _world.Options.Images.RerankerHostCuda) = ($"test/router:{to}", $"test/host:{to}", $"test/host:{to}-cuda");
        _world.RestartOperator();
    }

    /// <summary>As an operator stored it that knew of no engines.</summary>
    private async Task<string> ForgetEngineAsync()
    {
        var stored = Assert.Single(await _world.RevisionsAsync());
        var snapshot = stored.Snapshot with { Engine = null };
        var earlier = stored with { Snapshot = snapshot, Name = snapshot.Hash(), Uid = null, ResourceVersion = null };
        var owner = PipelineOwner.Of(await _world.PipelineAsync());
        await _world.Api.ApplyAsync(RevisionObject.From(owner, earlier), TestContext.Current.CancellationToken);
        await _world.Api.DeleteAsync<V1ControllerRevision>(new(TestWorld.Namespace, owner.Names.Revision(stored.Name)), null, TestContext.Current.CancellationToken);
        return earlier.Name;
    }

    private static void Waiting(RerankPipelineSpec spec) => spec.Rollout = new()
    {
        Steps = [new() { Name = "half", TrafficPermille = 500, Approval = Approval.Required }],
        BakeSeconds = 0,
        RetainStableSeconds = 0,
        Analysis = new() { Metrics = [] },
    };

    private static void Directed(RerankPipelineSpec spec, string revision, DirectiveAction action)
    {
        Waiting(spec);
        spec.Rollout.Directives = [new() { Revision = revision, Action = action }];
    }

    private static void Pinned(RerankPipelineSpec spec) => spec.Engine.Policy = EnginePolicy.Pinned;

    private static (ConditionStatus, string) Of(Condition condition) => (condition.Status, condition.Reason);

    private async Task<(string?, string?, string?)> EngineAsync() =>
        (await _world.PipelineAsync()).Status!.Engine is { } engine ? (engine.Router, engine.Host, engine.HostCuda) : default;

    private async Task<SortedDictionary<string, string>> TemplatesAsync(IReadOnlyCollection<string>? names = null) => new(
        (await _world.ListAsync<V1Deployment>()).Where(d => names?.Contains(d.Name()) != false).ToDictionary(d => d.Name(), d => KubernetesJson.Serialize(d.Spec.Template)),
        StringComparer.Ordinal);

    private IEnumerable<string> ImagesOf(string deployment) =>
        _world.Nodes.Pods.Where(p => p.Deployment == deployment).SelectMany(p => p.Pod.Spec.Containers).Select(c => c.Image).Distinct().Order(StringComparer.Ordinal);
}
