using k8s.Models;
using Rerank.Operator.Local;

namespace Rerank.Operator.Tests.Local;

public sealed class DeploymentPlanTests
{
    private static readonly V1Deployment Deployment = new()
    {
        Metadata = new V1ObjectMeta { Name = "p-full", Generation = 3 },
        Spec = new V1DeploymentSpec { Template = new V1PodTemplateSpec { Spec = new V1PodSpec { Containers = [new V1Container { Name = "host" }] } } },
    };

    private static readonly string Current = DeploymentPlan.TemplateHash(Deployment);

    [Fact]
    public void For_NoPods_CreatesAll()
    {
        var plan = DeploymentPlan.For(Deployment, 2, []);

        Assert.Equal(2, plan.Create);
        Assert.Empty(plan.Delete);
        Assert.Equal(3, plan.Status.ObservedGeneration);
        Assert.Equal(2, plan.Status.UnavailableReplicas);
    }

    [Fact]
    public void For_NewTemplateWhosePodsAreNotReady_KeepsTheOldPods()
    {
        var plan = DeploymentPlan.For(Deployment, 1, [Pod("old", "other", ready: true), Pod("new", Current, ready: false)]);

        Assert.Equal(0, plan.Create);
        Assert.Empty(plan.Delete);
        Assert.Equal(1, plan.Status.AvailableReplicas);
    }

    [Fact]
    public void For_NewTemplateWhosePodsAreReady_RetiresTheOldPods()
    {
        var plan = DeploymentPlan.For(Deployment, 1, [Pod("old", "other", ready: true), Pod("new", Current, ready: true)]);

        Assert.Equal(0, plan.Create);
        Assert.Equal(["old"], plan.Delete.Select(pod => pod.Metadata.Name));
    }

    [Fact]
    public void For_FewerReplicas_DeletesPodsThatAreNotReadyFirst()
    {
        var plan = DeploymentPlan.For(Deployment, 1, [Pod("a", Current, ready: true), Pod("b", Current, ready: false)]);

        Assert.Equal(["b"], plan.Delete.Select(pod => pod.Metadata.Name));
    }

    private static V1Pod Pod(string name, string hash, bool ready) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { [DeploymentPlan.TemplateHashLabel] = hash } },
        Status = new V1PodStatus { Conditions = [new V1PodCondition { Type = "Ready", Status = ready ? "True" : "False" }] },
    };
}
