using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>Why a pod can't run, as far as Kubernetes says, and what to do about it.</summary>
internal static class PodTrouble
{
    private const string OutOfMemoryKilled = "OOMKilled";

    public static Problem? Of(V1Pod pod) => Scheduling(pod) ?? Containers(pod).FirstOrDefault();

    /// <summary>
    /// Why a host leaves a model out, or can't load it, where its container was killed for memory before: the host sees only that its process ended, and a kubelet that restarts it at once never calls it
    /// crash-looping.
    /// </summary>
    /// <param name="reason">The host's.</param>
    /// <returns>Null: it is something else.</returns>
    public static Problem? KilledForMemory(V1Pod pod, string container, string? reason) =>
        reason == ModelFailure.OutOfMemory
        || (reason == ModelFailure.Quarantined && pod.Status?.ContainerStatuses?.FirstOrDefault(c => c.Name == container) is { LastState.Terminated.Reason: OutOfMemoryKilled })
            ? OutOfMemory(pod, container)
            : null;

    private static Problem OutOfMemory(V1Pod pod, string container) => new(
        Reasons.OutOfMemory, $"Container \"{container}\" of pod {pod.Name()} is killed for using more memory than its limit. Raise `resources.limits.memory`.");

    private static Problem? Scheduling(V1Pod pod)
    {
        var condition = pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable" });
        return condition is null
            ? null
            : new(
                Reasons.InsufficientResources,
                $"Pod {pod.Name()} can't be scheduled: {condition.Message} Add nodes, or ask for less in the tier's `resources`, `gpu` and `scheduling`.");
    }

    private static IEnumerable<Problem> Containers(V1Pod pod) =>
        from container in pod.Status?.ContainerStatuses ?? []
        let problem = Container(pod, container)
        where problem is not null
        select problem;

    private static Problem? Container(V1Pod pod, V1ContainerStatus container)
    {
        var waiting = container.State?.Waiting;
        var last = container.LastState?.Terminated ?? container.State?.Terminated;
        return waiting?.Reason switch
        {
            "ErrImagePull" or "ImagePullBackOff" or "InvalidImageName" or "ErrImageNeverPull" => new(
                Reasons.ImagePullFailed,
                $"Pod {pod.Name()} can't pull image \"{container.Image}\": {waiting.Message ?? waiting.Reason} "
                    + "Check the operator's `images` and the pull secrets."),
            "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" => new(
                Reasons.PodConfigInvalid, $"Pod {pod.Name()} can't start container \"{container.Name}\": {waiting.Message ?? waiting.Reason}"),
            "CrashLoopBackOff" when last?.Reason == OutOfMemoryKilled => OutOfMemory(pod, container.Name),
            "CrashLoopBackOff" => new(
                Reasons.CrashLooping,
                $"Container \"{container.Name}\" of pod {pod.Name()} keeps crashing (exit code {last?.ExitCode}). "
                    + $"See `kubectl -n {pod.Namespace()} logs {pod.Name()} -c {container.Name} --previous`."),
            _ => null,
        };
    }
}
