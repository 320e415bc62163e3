using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Events;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// Objects of pipelines that somebody changed or deleted, and that were put right. Once in a while that is a person; again and again it is a program that wants
/// something else, and then it is not fought at full speed.
/// </summary>
internal sealed class Restorations(EventRecorder events, TimeProvider time)
{
    private const int FightsAt = 5;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Truce = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Kind, ObjectKey Key), History> _histories = new();

    /// <summary>Whether an object that isn't as it should be may be put right now.</summary>
    public bool MayRestore(IKubernetesObject<V1ObjectMeta> child) =>
        !_histories.TryGetValue(Of(child), out var history) || history.Count < FightsAt || time.GetUtcNow() - history.Last >= Truce;

    /// <summary>Takes note, and tells of it.</summary>
    public Task RestoredAsync(PipelineOwner owner, IKubernetesObject<V1ObjectMeta> child, bool wasDeleted, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var history = _histories.AddOrUpdate(
            Of(child), _ => new(1, now), (_, before) => now - before.Last > Window ? new(1, now) : new(before.Count + 1, now));
        var what = $"{child.Kind} \"{child.Name()}\" was {(wasDeleted ? "deleted" : "changed")} by somebody else";
        StateEvent happened = history.Count < FightsAt
            ? new(IsWarning: true, "ChildRestored", "Restore", $"{what}, and is as it should be again. Change the pipeline instead.")
            : new(
                IsWarning: true,
                "OwnershipConflict",
                "Restore",
                $"{what}, {history.Count} times by now. From now on it is put right once a minute. Find out who else writes it: `kubectl get --show-managed-fields`.");
        return events.RecordAsync(
            new RerankPipeline { Metadata = new() { Name = owner.Name, NamespaceProperty = owner.Namespace, Uid = owner.Uid } }, happened, cancellationToken);
    }

    private static (string Kind, ObjectKey Key) Of(IKubernetesObject<V1ObjectMeta> child) => (child.Kind, ObjectKey.Of(child));

    private sealed record History(int Count, DateTimeOffset Last);
}
