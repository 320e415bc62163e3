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
