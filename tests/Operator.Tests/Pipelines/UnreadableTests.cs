using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Pipelines;

/// <summary>What the operator can't read or list is said where it matters, and stops nobody else.</summary>
public sealed class UnreadableTests
{
    private readonly TestWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NetworkPolicies_CantBeListed_PipelinesThatNeedThemSaySo_AndGoOn()
    {
        _world.PoliciesUnlisted = "networkpolicies.networking.k8s.io is forbidden";
        await DeployAsync();

        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.Forbidden), (ready.Status, ready.Reason));
        Assert.Contains("can't list NetworkPolicy objects (networkpolicies.networking.k8s.io is forbidden)", ready.Message);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);
        Assert.Empty(await _world.ListAsync<V1NetworkPolicy>());

        await _world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await _world.SettleAsync(20);
        Assert.Equal("better", (await _world.ServedModelsAsync())["full"]);

        _world.PoliciesUnlisted = null;
        await _world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
        Assert.NotEmpty(await _world.ListAsync<V1NetworkPolicy>());
    }

    [Theory]
    [InlineData("{\"version\":99,\"state\":\"Stable\"}", "by a later operator")]
    [InlineData("{", "can't read")]
    public async Task Revision_CantBeRead_IsNamed_AndNothingIsChanged(string document, string why)
    {
        await DeployAsync();
        var stable = Assert.Single(await _world.ListAsync<V1ControllerRevision>());
        await ChangeAsync(stable, revision => revision.Metadata.Annotations[Labels.State] = document);
        var table = await _world.TableAsync();
        await _world.ApplyAsync(Samples.TwoTiers(full: "better"));

        await ReconcileOftenAsync();

        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.RevisionUnreadable), (ready.Status, ready.Reason));
        Assert.Contains(stable.Name(), ready.Message);
        Assert.Contains(why, ready.Message);
        Assert.Equal(table!.Generation, (await _world.TableAsync())!.Generation);
        await _world.ReconcileModelAsync("tiny");
        Assert.Equal("Referenced", (await _world.ModelAsync("tiny")).Status!.Conditions.Single(c => c.Type == "InUse").Reason);
    }

    [Theory]
    [InlineData(Labels.Revision)]
    [InlineData(Labels.Role)]
    public async Task Revision_LosesALabelThatOnlyRepeats_IsReadAllTheSame(string label)
    {
        await DeployAsync();
        await ChangeAsync(Assert.Single(await _world.ListAsync<V1ControllerRevision>()), revision => revision.Metadata.Labels.Remove(label));

        await _world.SettleAsync();

        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task StableRevision_LosesTheLabelThatItIsFoundBy_IsNotTakenForNone()
    {
        await DeployAsync();
        var stable = Assert.Single(await _world.ListAsync<V1ControllerRevision>());
        await ChangeAsync(stable, revision => revision.Metadata.Labels.Remove(Labels.Pipeline));
        await _world.ApplyAsync(Samples.TwoTiers(full: "better", change: spec => spec.Rollout.Steps = [new() { Name = "shadow", MirrorPermille = 500, MinRequests = 100 }]));

        await ReconcileOftenAsync();

        Assert.Equal("base", (await _world.ServedModelsAsync())["full"]);
    }

    private async Task DeployAsync()
    {
        foreach (var model in new[] { "tiny", "base", "better" })
            await _world.ApplyAsync(Samples.Model(model));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.SettleAsync(20);
    }

    // Without the world's own look at revisions, which can't read them either.
    private async Task ReconcileOftenAsync()
    {
        for (var i = 0; i < 5; i++)
        {
            await _world.ReconcileAsync();
            await _world.Nodes.StepAsync(Stop);
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>As somebody who writes over what the operator owns.</summary>
    private async Task ChangeAsync(V1ControllerRevision revision, Action<V1ControllerRevision> change)
    {
        change(revision);
        await _world.Api.DeleteAsync<V1ControllerRevision>(new(TestWorld.Namespace, revision.Name()), null, Stop);
        var restored = new V1ControllerRevision
        {
            ApiVersion = "apps/v1",
            Kind = V1ControllerRevision.KubeKind,
            Metadata = new()
            {
                Name = revision.Name(),
                NamespaceProperty = revision.Namespace(),
                Labels = revision.Metadata.Labels,
                Annotations = revision.Metadata.Annotations,
                OwnerReferences = revision.Metadata.OwnerReferences,
            },
            Data = revision.Data,
            Revision = revision.Revision,
        };
        await _world.Api.As("backup").ApplyAsync(restored, Stop);
    }
}
