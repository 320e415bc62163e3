using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>Writes objects of one kind that belong to a pipeline. It touches nothing that doesn't.</summary>
internal sealed class ChildWriter<T>(IResourceClient client, IResourceCache<T> cache, Restorations restorations) : IChildWriter
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    // What was applied last and what came of it: as long as neither differs, applying it again would change nothing.
    private readonly ConcurrentDictionary<ObjectKey, Applied> _applied = new();

    public bool Writes(IKubernetesObject<V1ObjectMeta> child) => child is T;

    public bool IsBlind => cache.Unlisted is not null;

    public bool IsAsLeft(PipelineOwner owner, IKubernetesObject<V1ObjectMeta> child)
    {
        var key = new ObjectKey(owner.Namespace, child.Name());
        return cache.Get(key) is { } existing && AppliedTo(owner, key, ChildContent.Of(child)) is { } last && IsAsLeft(key, last, existing, child);
    }

    public async Task<Problem?> ApplyAsync(PipelineOwner owner, IKubernetesObject<V1ObjectMeta> child, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(owner.Namespace, child.Name());
        // What the cache doesn't know may be there all the same: without our labels, or since a moment ago.
        var existing = cache.Get(key) ?? await client.GetAsync<T>(key, cancellationToken);
        if (existing is not null && !owner.Owns(existing))
        {
            return new(
                Reasons.NameTaken,
                $"{existing.Kind} \"{key.Name}\" exists and does not belong to this pipeline. Rename the pipeline or remove that object.");
        }

        var manifest = ChildContent.Of(child);
        var last = AppliedTo(owner, key, manifest);
        if (existing is not null && last is not null && IsAsLeft(key, last, existing, child))
            return null;
        // Another number of pods than was asked for last is the plan's, and nobody else's doing.
        var result = last is not null && last.Replicas == ChildContent.ReplicasOf(child)
            ? await RestoreAsync(owner, key, (T)child, last, cancellationToken)
            : await client.ApplyAsync((T)child, cancellationToken);
        if (result is not null)
            _applied[key] = new(owner.Uid, manifest, ChildContent.ReplicasOf(child), ChildContent.Of(result, child), result.ResourceVersion());
        return null;
    }

    /// <summary>It isn't as it was left: somebody changed or deleted it, or the cache doesn't know yet how it was left.</summary>
    /// <returns>What is there now; null when it is left as it is for the moment.</returns>
    private async Task<T?> RestoreAsync(PipelineOwner owner, ObjectKey key, T child, Applied last, CancellationToken cancellationToken)
    {
        var found = await client.GetAsync<T>(key, cancellationToken);
        if (found is not null && IsAsLeft(key, last, found, child))
            return found;
        if (!restorations.MayRestore(found ?? child))
            return null;
        var result = await client.ApplyAsync(child, cancellationToken);
        if (result.ResourceVersion() != found?.ResourceVersion())
            await restorations.RestoredAsync(owner, result, wasDeleted: found is null, cancellationToken);
        return result;
    }

    /// <returns>What came of it when it was applied; null when something else was applied last, or nothing.</returns>
    private Applied? AppliedTo(PipelineOwner owner, ObjectKey key, string manifest) =>
        _applied.TryGetValue(key, out var last) && last.Owner == owner.Uid && last.Manifest == manifest ? last : null;

    private bool IsAsLeft(ObjectKey key, Applied last, T found, IKubernetesObject<V1ObjectMeta> child)
    {
        if (ChildContent.ReplicasOf(found) != ChildContent.ReplicasOf(child))
            return false;
        if (last.ResourceVersion == found.ResourceVersion())
            return true;
        if (last.Content != ChildContent.Of(found, child))
            return false;
        // So that it needn't be compared again.
        _applied.TryUpdate(key, last with { ResourceVersion = found.ResourceVersion() }, last);
        return true;
    }

    public bool HasOthers(PipelineOwner owner, IReadOnlySet<string> wanted) => Others(owner, wanted).Any();

    public async Task DeleteOthersAsync(PipelineOwner owner, IReadOnlySet<string> wanted, CancellationToken cancellationToken)
    {
        foreach (var child in Others(owner, wanted))
        {
            var key = ObjectKey.Of(child);
            _applied.TryRemove(key, out _);
            await client.DeleteAsync<T>(key, child.Uid(), cancellationToken);
        }
    }

    public void Forget(PipelineOwner owner)
    {
        foreach (var (key, _) in _applied.Where(a => a.Value.Owner == owner.Uid))
            _applied.TryRemove(key, out _);
    }

    private IEnumerable<T> Others(PipelineOwner owner, IReadOnlySet<string> wanted) =>
        cache.List(owner.Namespace).Where(c => owner.Owns(c) && !wanted.Contains(c.Name()) && c.Metadata.DeletionTimestamp is null);

    /// <param name="Manifest">What was sent, but for the number of pods.</param>
    /// <param name="Replicas">That number.</param>
    /// <param name="Content">What it was like afterwards, with what the server and webhooks made of it.</param>
    /// <param name="ResourceVersion">The last one that was found to be like this.</param>
    private sealed record Applied(string Owner, string Manifest, int? Replicas, string Content, string ResourceVersion);
}

internal interface IChildWriter
{
    bool Writes(IKubernetesObject<V1ObjectMeta> child);

    /// <summary>Whether objects of the kind can't be listed. Then it isn't known what there is, and nothing is touched.</summary>
    bool IsBlind { get; }

    /// <summary>Whether it was applied like this, and is as it was then as far as the cache knows.</summary>
    bool IsAsLeft(PipelineOwner owner, IKubernetesObject<V1ObjectMeta> child);

    /// <returns>Why it wasn't written; null when it was.</returns>
    Task<Problem?> ApplyAsync(PipelineOwner owner, IKubernetesObject<V1ObjectMeta> child, CancellationToken cancellationToken);

    /// <summary>Whether the pipeline has objects of this kind that are no longer wanted.</summary>
    /// <param name="wanted">Names.</param>
    bool HasOthers(PipelineOwner owner, IReadOnlySet<string> wanted);

    /// <summary>Deletes those of the pipeline's objects of this kind that are no longer wanted.</summary>
    /// <param name="wanted">Names.</param>
    Task DeleteOthersAsync(PipelineOwner owner, IReadOnlySet<string> wanted, CancellationToken cancellationToken);

    /// <summary>The pipeline is gone.</summary>
    void Forget(PipelineOwner owner);
}
