using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Caching;

/// <summary>What the informer of a kind last saw. Objects are shared: nobody changes them.</summary>
public interface IResourceCache<T>
    where T : IKubernetesObject<V1ObjectMeta>
{
    bool HasSynced { get; }

    /// <summary>False for an optional kind that the cluster lacks; the cache is then empty.</summary>
    bool IsServed => true;

    /// <summary>Why objects of the kind can't be listed, for longer than a moment; null when they can. What the cache has is old then, or nothing at all.</summary>
    string? Unlisted => null;

    T? Get(ObjectKey key);

    /// <summary>A snapshot, of one namespace or of all.</summary>
    IReadOnlyCollection<T> List(string? ns = null);

    Task WaitForSyncAsync(CancellationToken cancellationToken);
}
