using System.Text.RegularExpressions;
using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>Why a pod can't run, as far as Kubernetes says, and what to do about it.</summary>
internal static partial class PodTrouble
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
        if (condition is null)
            return null;
        var words = condition.Message ?? "";
        var (reason, advice) = WhatToDo(words);
        return new(reason, $"Pod {pod.Name()} can't be scheduled: {(words.Length == 0 ? "no node fits" : words.TrimEnd('.'))}. {advice}");
    }

    // The scheduler says of each node what is in the way: what keeps it from all of them comes first.
    private static (string Reason, string Advice) WhatToDo(string words)
    {
        if (ClaimNotFound().Match(words) is { Success: true } claim)
            return (Reasons.VolumeNotReady, $"Create the PersistentVolumeClaim \"{claim.Groups[1].Value}\", which a ModelVersion names.");
        if (words.Contains("unbound immediate PersistentVolumeClaims", StringComparison.Ordinal))
            return (Reasons.VolumeNotReady, "Its PersistentVolumeClaim isn't bound to a volume: `kubectl describe persistentvolumeclaims` says why.");
        if (words.Contains("volume node affinity conflict", StringComparison.Ordinal))
            return (Reasons.VolumeNotReady, "Its volume can't be reached from the nodes that it may run on: let `scheduling` name those that can.");
        List<string> advice = [];
        var areFull = words.Contains("Insufficient ", StringComparison.Ordinal) || words.Contains("Too many pods", StringComparison.Ordinal);
        if (areFull)
            advice.Add("add nodes, or ask for less in the tier's `resources` and `gpu`");
        if (words.Contains("node affinity/selector", StringComparison.Ordinal) || words.Contains("node selector", StringComparison.Ordinal))
            advice.Add("label nodes as `scheduling.nodeSelector` asks for, or change it");
        if (words.Contains("taint", StringComparison.Ordinal))
            advice.Add("add to `scheduling.tolerations` what the nodes' taints ask for");
        var all = advice.Count == 0 ? "add nodes, or ask for less in the tier's `resources`, `gpu` and `scheduling`" : string.Join("; ", advice);
        return (areFull || advice.Count == 0 ? Reasons.InsufficientResources : Reasons.NoNodeFits, $"{char.ToUpperInvariant(all[0])}{all[1..]}.");
    }

    [GeneratedRegex("""persistentvolumeclaim "([^"]+)" not found""")]
    private static partial Regex ClaimNotFound();

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
