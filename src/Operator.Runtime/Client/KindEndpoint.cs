using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>The requests of one kind. Hides that the library has a method each for namespaces and for the cluster.</summary>
internal readonly struct KindEndpoint(ICustomObjectsOperations objects, ResourceKind kind)
{
    /// <param name="ns">Null for all namespaces, and for cluster-scoped kinds.</param>
    public Task<TList> ListAsync<TList>(string? ns, string? labelSelector, string? continueToken, int limit, CancellationToken cancellationToken) =>
        ns is null
            ? objects.ListClusterCustomObjectAsync<TList>(
                kind.Group, kind.Version, kind.Plural, continueParameter: continueToken, labelSelector: labelSelector, limit: limit,
                cancellationToken: cancellationToken)
            : objects.ListNamespacedCustomObjectAsync<TList>(
                kind.Group, kind.Version, ns, kind.Plural, continueParameter: continueToken, labelSelector: labelSelector, limit: limit,
                cancellationToken: cancellationToken);

    public IAsyncEnumerable<(WatchEventType Type, object Object)> WatchAsync(
        string? ns, string? labelSelector, string resourceVersion, int timeoutSeconds, Action<Exception> onError, CancellationToken cancellationToken) =>
        ns is null
            ? objects.WatchListClusterCustomObjectAsync(
                kind.Group, kind.Version, kind.Plural, allowWatchBookmarks: true, labelSelector: labelSelector, resourceVersion: resourceVersion,
                timeoutSeconds: timeoutSeconds, onError: onError, cancellationToken: cancellationToken)
            : objects.WatchListNamespacedCustomObjectAsync(
                kind.Group, kind.Version, ns, kind.Plural, allowWatchBookmarks: true, labelSelector: labelSelector, resourceVersion: resourceVersion,
                timeoutSeconds: timeoutSeconds, onError: onError, cancellationToken: cancellationToken);

    public Task<T> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken) =>
        key.Namespace is null
            ? objects.GetClusterCustomObjectAsync<T>(kind.Group, kind.Version, kind.Plural, key.Name, cancellationToken)
            : objects.GetNamespacedCustomObjectAsync<T>(kind.Group, kind.Version, key.Namespace, kind.Plural, key.Name, cancellationToken);

    public Task<T> CreateAsync<T>(string? ns, object body, string fieldManager, CancellationToken cancellationToken) =>
        ns is null
            ? objects.CreateClusterCustomObjectAsync<T>(
                body, kind.Group, kind.Version, kind.Plural, fieldManager: fieldManager, cancellationToken: cancellationToken)
            : objects.CreateNamespacedCustomObjectAsync<T>(
                body, kind.Group, kind.Version, ns, kind.Plural, fieldManager: fieldManager, cancellationToken: cancellationToken);

    public Task<T> PatchAsync<T>(ObjectKey key, V1Patch patch, string fieldManager, bool? force, CancellationToken cancellationToken) =>
        key.Namespace is null
            ? objects.PatchClusterCustomObjectAsync<T>(
                patch, kind.Group, kind.Version, kind.Plural, key.Name, fieldManager: fieldManager, force: force,
                cancellationToken: cancellationToken)
            : objects.PatchNamespacedCustomObjectAsync<T>(
                patch, kind.Group, kind.Version, key.Namespace, kind.Plural, key.Name, fieldManager: fieldManager, force: force,
                cancellationToken: cancellationToken);

    public Task PatchStatusAsync(ObjectKey key, V1Patch patch, string fieldManager, bool? force, CancellationToken cancellationToken) =>
        key.Namespace is null
            ? objects.PatchClusterCustomObjectStatusAsync<object>(
                patch, kind.Group, kind.Version, kind.Plural, key.Name, fieldManager: fieldManager, force: force,
                cancellationToken: cancellationToken)
            : objects.PatchNamespacedCustomObjectStatusAsync<object>(
                patch, kind.Group, kind.Version, key.Namespace, kind.Plural, key.Name, fieldManager: fieldManager, force: force,
                cancellationToken: cancellationToken);

    public Task DeleteAsync(ObjectKey key, V1DeleteOptions options, CancellationToken cancellationToken) =>
        key.Namespace is null
            ? objects.DeleteClusterCustomObjectAsync<object>(
                kind.Group, kind.Version, kind.Plural, key.Name, options, cancellationToken: cancellationToken)
            : objects.DeleteNamespacedCustomObjectAsync<object>(
                kind.Group, kind.Version, key.Namespace, kind.Plural, key.Name, options, cancellationToken: cancellationToken);
}
