using k8s.Models;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Runtime.Tests.Control;

public sealed class OwnersTests
{
    private static readonly ResourceKind DeploymentKind = ResourceKind.Of<V1Deployment>();

    [Fact]
    public void Of_OwnedByTheKind_IsTheOwner() =>
        Assert.Equal([new ObjectKey("ns", "web")], Owners.Of(new Change<V1ReplicaSet>(null, Owned("web")), DeploymentKind));

    [Fact]
    public void Of_HandedOver_IsBothOwners() =>
        Assert.Equal(
            [new ObjectKey("ns", "old"), new ObjectKey("ns", "new")],
            Owners.Of(new Change<V1ReplicaSet>(Owned("old"), Owned("new")), DeploymentKind));

    [Fact]
    public void Of_SameOwnerBeforeAndAfter_IsOneKey() =>
        Assert.Single(Owners.Of(new Change<V1ReplicaSet>(Owned("web"), Owned("web")), DeploymentKind));

    [Fact]
    public void Of_Deleted_IsTheFormerOwner() =>
        Assert.Equal([new ObjectKey("ns", "web")], Owners.Of(new Change<V1ReplicaSet>(Owned("web"), null), DeploymentKind));

    [Theory]
    [InlineData("apps/v1", "StatefulSet", true)]
    [InlineData("other.example/v1", "Deployment", true)]
    [InlineData("v1", "Deployment", true)]
    [InlineData("apps/v1", "Deployment", false)]
    public void Of_AnotherKindOrNotTheController_IsNobody(string apiVersion, string kind, bool controller) =>
        Assert.Empty(Owners.Of(new Change<V1ReplicaSet>(null, Owned("web", apiVersion, kind, controller)), DeploymentKind));

    [Fact]
    public void Of_AnotherVersionOfTheKind_IsTheOwner() =>
        Assert.Single(Owners.Of(new Change<V1ReplicaSet>(null, Owned("web", "apps/v1beta1")), DeploymentKind));

    [Fact]
    public void Of_NobodysObject_IsNobody() =>
        Assert.Empty(Owners.Of(new Change<V1ReplicaSet>(null, new V1ReplicaSet { Metadata = new V1ObjectMeta { Name = "x" } }), DeploymentKind));

    private static V1ReplicaSet Owned(string owner, string apiVersion = "apps/v1", string kind = "Deployment", bool controller = true) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "owned",
            NamespaceProperty = "ns",
            OwnerReferences = [new V1OwnerReference { ApiVersion = apiVersion, Kind = kind, Name = owner, Uid = "u", Controller = controller }],
        },
    };
}
