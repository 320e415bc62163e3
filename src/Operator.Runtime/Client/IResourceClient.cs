using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>
/// All that controllers need of an API server. <c>ResourceClient</c> speaks to a real one, <c>InMemoryResourceClient</c> is one in
/// this process with the same semantics. Objects returned have apiVersion and kind, and no managedFields. A conflict is a
/// <see cref="ConflictException"/>, an expired resourceVersion a <see cref="GoneException"/>; other refusals are
/// <see cref="k8s.Autorest.HttpOperationException"/>s.
/// </summary>
public interface IResourceClient
{
    /// <summary>One page of a consistent list. <paramref name="continueToken"/> is null for the first one.</summary>
    Task<ResourcePage<T>> ListAsync<T>(string? ns, string? labelSelector, string? continueToken, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Changes after <paramref name="resourceVersion"/>. Ends without an exception when the server closes the watch.</summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? ns, string? labelSelector, string resourceVersion, TimeSpan timeout, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>;

    /// <returns>Null when there is none.</returns>
    Task<T?> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>
    /// Server-side apply with the operator's field manager, forced. Fields that an earlier apply set and this one leaves out are removed;
    /// other managers' fields stay. With metadata.uid set, an object of another uid is a conflict; with metadata.resourceVersion set, one of another version.
    /// </summary>
    Task<T> ApplyAsync<T>(T desired, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Server-side apply of the status alone. Does nothing when the object is gone. A metadata.resourceVersion is a precondition.</summary>
    Task ApplyStatusAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Replaces the finalizers, provided that the object is still at <paramref name="entity"/>'s resourceVersion.</summary>
    Task<T> SetFinalizersAsync<T>(T entity, IReadOnlyList<string> finalizers, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Background deletion. Does nothing when the object is gone. With <paramref name="uid"/>, an object of another uid is a conflict.</summary>
    Task DeleteAsync<T>(ObjectKey key, string? uid, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>;

    /// <summary>Creates an object that must not be there yet; a name that is taken is a conflict.</summary>
    Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>;
}
