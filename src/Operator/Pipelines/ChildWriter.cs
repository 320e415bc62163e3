using k8s;
using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>Writes objects of one kind that belong to a pipeline. It touches nothing that doesn't.</summary>
internal sealed class ChildWriter<T>(IResourceClient client, IResourceCache<T> cache) : IChildWriter
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    public bool Writes(IKubernetesObject<V1ObjectMeta> child) => child is T;

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

        await client.ApplyAsync((T)child, cancellationToken);
        return null;
    }

    public async Task DeleteOthersAsync(PipelineOwner owner, IReadOnlySet<string> wanted, CancellationToken cancellationToken)
    {
        foreach (var child in cache.List(owner.Namespace).Where(c => owner.Owns(c) && !wanted.Contains(c.Name()) && c.Metadata.DeletionTimestamp is null))
            await client.DeleteAsync<T>(new(owner.Namespace, child.Name()), child.Uid(), cancellationToken);
    }
}

internal interface IChildWriter
{
    bool Writes(IKubernetesObject<V1ObjectMeta> child);

    /// <returns>Why it wasn't written; null when it was.</returns>
    Task<Problem?> ApplyAsync(PipelineOwner owner, IKubernetesObject<V1ObjectMeta> child, CancellationToken cancellationToken);

    /// <summary>Deletes those of the pipeline's objects of this kind that are no longer wanted.</summary>
    /// <param name="wanted">Names.</param>
    Task DeleteOthersAsync(PipelineOwner owner, IReadOnlySet<string> wanted, CancellationToken cancellationToken);
}
