using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Status;

namespace Rerank.Operator.Tests.Pipelines;

public sealed class PodTroubleTests
{
    [Theory]
    [InlineData("ImagePullBackOff", null, Reasons.ImagePullFailed)]
    [InlineData("ErrImageNeverPull", null, Reasons.ImagePullFailed)]
    [InlineData("CrashLoopBackOff", "Error", Reasons.CrashLooping)]
    [InlineData("CrashLoopBackOff", "OOMKilled", Reasons.OutOfMemory)]
    [InlineData("CreateContainerConfigError", null, Reasons.PodConfigInvalid)]
    public void Of_ContainerWaits_GivesAReason(string waiting, string? last, string expected)
    {
        var pod = Pod(new V1ContainerStatus
        {
            Name = "host",
            Image = "host:1",
            State = new() { Waiting = new() { Reason = waiting } },
            LastState = last is null ? null : new() { Terminated = new() { Reason = last, ExitCode = 137 } },
        });

        Assert.Equal(expected, PodTrouble.Of(pod)!.Reason);
    }

    [Theory]
    [InlineData("0/1 nodes are available: 1 persistentvolumeclaim \"models\" not found.", Reasons.VolumeNotReady, "Create the PersistentVolumeClaim \"models\"")]
    [InlineData("0/3 nodes are available: 3 pod has unbound immediate PersistentVolumeClaims.", Reasons.VolumeNotReady, "isn't bound")]
    [InlineData("0/3 nodes are available: 3 Insufficient nvidia.com/gpu.", Reasons.InsufficientResources, "Add nodes, or ask for less in the tier's `resources` and `gpu`.")]
    [InlineData("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", Reasons.NoNodeFits, "Label nodes as `scheduling.nodeSelector` asks for")]
    [InlineData("0/3 nodes are available: 3 node(s) had untolerated taint {gpu: yes}.", Reasons.NoNodeFits, "Add to `scheduling.tolerations`")]
    [InlineData("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {gpu: yes}.", Reasons.InsufficientResources, "; add to `scheduling.tolerations`")]
    [InlineData("0/3 nodes are available: 3 Too many pods.", Reasons.InsufficientResources, "Add nodes, or ask for less")]
    [InlineData("0/3 nodes are available: something new.", Reasons.InsufficientResources, "Add nodes, or ask for less")]
    public void Of_NoNodeForIt_AdvisesWhatFitsTheCause(string words, string reason, string advice)
    {
        var pod = Pod(new V1ContainerStatus { Name = "host" });
        pod.Status.Conditions = [new() { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = words }];

        var problem = PodTrouble.Of(pod)!;

        Assert.Equal(reason, problem.Reason);
        Assert.Contains(words.TrimEnd('.'), problem.Message, StringComparison.Ordinal);
        Assert.Contains(advice, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ContainerIsBeingCreated_IsNoTrouble() =>
        Assert.Null(PodTrouble.Of(Pod(new V1ContainerStatus { Name = "host", State = new() { Waiting = new() { Reason = "ContainerCreating" } } })));

    /// <summary>A kubelet that restarts a container at once never has it waiting in a back-off.</summary>
    [Theory]
    [InlineData(ModelFailure.Quarantined, "OOMKilled", Reasons.OutOfMemory)]
    [InlineData(ModelFailure.Quarantined, "Error", null)]
    [InlineData(ModelFailure.Quarantined, null, null)]
    [InlineData(ModelFailure.OutOfMemory, null, Reasons.OutOfMemory)]
    [InlineData(ModelFailure.GoldenMismatch, "OOMKilled", null)]
    public void KilledForMemory_ContainerRunsAgain_ItsLastEndLeadsOverWhatTheHostMakesOfIt(string reason, string? last, string? expected)
    {
        var pod = Pod(new V1ContainerStatus
        {
            Name = "host",
            State = new() { Running = new() },
            LastState = last is null ? null : new() { Terminated = new() { Reason = last, ExitCode = 137 } },
        });

        Assert.Equal(expected, PodTrouble.KilledForMemory(pod, "host", reason)?.Reason);
        Assert.Equal(reason == ModelFailure.OutOfMemory ? expected : null, PodTrouble.KilledForMemory(pod, "host-small", reason)?.Reason);
    }

    private static V1Pod Pod(V1ContainerStatus container) => new()
    {
        Metadata = new() { Name = "search-full-1", NamespaceProperty = "shop" },
        Status = new() { ContainerStatuses = [container] },
    };
}
