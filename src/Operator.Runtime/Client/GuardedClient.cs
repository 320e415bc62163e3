using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>Lets reads through, and has something done before or after every write.</summary>
public abstract class GuardedClient(IResourceClient inner) : IResourceClient
{
    public Task<ResourcePage<T>> ListAsync<T>(string? ns, string? labelSelector, string? continueToken, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => inner.ListAsync<T>(ns, labelSelector, continueToken, cancellationToken);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? ns, string? labelSelector, string resourceVersion, TimeSpan timeout, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => inner.WatchAsync<T>(ns, labelSelector, resourceVersion, timeout, cancellationToken);

    public Task<T?> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> => inner.GetAsync<T>(key, cancellationToken);

    public Task<T> ApplyAsync<T>(T desired, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => WriteAsync(typeof(T), () => inner.ApplyAsync(desired, cancellationToken));

    public Task ApplyStatusAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => WriteAsync(typeof(T), () => Done(inner.ApplyStatusAsync(entity, cancellationToken)));

    public Task<T> SetFinalizersAsync<T>(T entity, IReadOnlyList<string> finalizers, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => WriteAsync(typeof(T), () => inner.SetFinalizersAsync(entity, finalizers, cancellationToken));

    public Task DeleteAsync<T>(ObjectKey key, string? uid, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => WriteAsync(typeof(T), () => Done(inner.DeleteAsync<T>(key, uid, cancellationToken)));

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => WriteAsync(typeof(T), () => inner.CreateAsync(entity, cancellationToken));

    /// <param name="kind">Of what is written.</param>
    /// <param name="write">Does it.</param>
    protected abstract Task<T> WriteAsync<T>(Type kind, Func<Task<T>> write);

    private static async Task<bool> Done(Task write)
    {
        await write;
        return true;
    }
}
