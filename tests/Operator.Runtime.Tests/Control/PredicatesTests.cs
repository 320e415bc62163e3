using k8s.Models;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Runtime.Tests.Control;

public sealed class PredicatesTests
{
    [Fact]
    public void SpecChanged_AddedOrDeleted_Matters()
    {
        Assert.True(Predicates.SpecChanged(new Change<V1Deployment>(null, Of())));
        Assert.True(Predicates.SpecChanged(new Change<V1Deployment>(Of(), null)));
    }

    [Fact]
    public void SpecChanged_Resync_Matters()
    {
        var deployment = Of();

        Assert.True(Predicates.SpecChanged(new Change<V1Deployment>(deployment, deployment)));
    }

    [Fact]
    public void SpecChanged_GenerationMoved_Matters() =>
        Assert.True(Predicates.SpecChanged(new Change<V1Deployment>(Of(generation: 1), Of(generation: 2))));

    [Fact]
    public void SpecChanged_DeletionAskedFor_Matters() =>
        Assert.True(Predicates.SpecChanged(new Change<V1Deployment>(Of(), Of(deleting: true))));

    [Fact]
    public void SpecChanged_AnotherObjectOfTheName_Matters() =>
        Assert.True(Predicates.SpecChanged(new Change<V1Deployment>(Of(uid: "one"), Of(uid: "two"))));

    [Fact]
    public void SpecChanged_StatusOrMetadataOnly_DoesNotMatter()
    {
        var after = Of();
        after.Metadata.ResourceVersion = "2";
        after.Metadata.Finalizers = ["example.com/f"];
        after.Status = new V1DeploymentStatus { ReadyReplicas = 1 };

        Assert.False(Predicates.SpecChanged(new Change<V1Deployment>(Of(), after)));
    }

    [Fact]
    public void OtherThanStatus_StatusMoved_DoesNotMatter()
    {
        var after = Of();
        after.Metadata.ResourceVersion = "2";
        after.Metadata.ManagedFields = [new() { Manager = "autoscaler" }];
        after.Status = new() { Replicas = 3 };

        Assert.False(Predicates.OtherThanStatus(new Change<V1Deployment>(Of(), after)));
    }

    [Fact]
    public void OtherThanStatus_AnythingElse_Matters()
    {
        var deployment = Of();
        var labelled = Of();
        labelled.Metadata.Labels = new Dictionary<string, string> { ["app"] = "other" };
        var scaled = Of();
        scaled.Spec = new() { Replicas = 4 };

        Assert.True(Predicates.OtherThanStatus(new Change<V1Deployment>(null, Of())));
        Assert.True(Predicates.OtherThanStatus(new Change<V1Deployment>(Of(), null)));
        Assert.True(Predicates.OtherThanStatus(new Change<V1Deployment>(deployment, deployment)));
        Assert.True(Predicates.OtherThanStatus(new Change<V1Deployment>(Of(), labelled)));
        Assert.True(Predicates.OtherThanStatus(new Change<V1Deployment>(Of(), scaled)));
        Assert.True(Predicates.OtherThanStatus(new Change<V1Deployment>(Of(), Of(deleting: true))));
        Assert.True(Predicates.OtherThanStatus(new Change<V1Deployment>(Of(uid: "one"), Of(uid: "two"))));
    }

    private static V1Deployment Of(long generation = 1, string uid = "u", bool deleting = false) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "d",
            Generation = generation,
            Uid = uid,
            ResourceVersion = "1",
            DeletionTimestamp = deleting ? new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) : null,
        },
    };
}
