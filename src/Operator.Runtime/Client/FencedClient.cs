using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Leadership;

namespace Rerank.Operator.Runtime.Client;

/// <summary>Lets writes through only as long as nobody else can hold the lease.</summary>
public sealed class FencedClient(IResourceClient inner, LeaseFence fence) : IResourceClient
{
    public Task<ResourcePage<T>> ListAsync<T>(string? ns, string? labelSelector, string? continueToken, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => inner.ListAsync<T>(ns, labelSelector, continueToken, cancellationToken);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? ns, string? labelSelector, string resourceVersion, TimeSpan timeout, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => inner.WatchAsync<T>(ns, labelSelector, resourceVersion, timeout, cancellationToken);

    public Task<T?> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> => inner.GetAsync<T>(key, cancellationToken);

    public Task<T> ApplyAsync<T>(T desired, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Fenced(() => inner.ApplyAsync(desired, cancellationToken));

    public Task ApplyStatusAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Fenced(() => inner.ApplyStatusAsync(entity, cancellationToken));

    public Task<T> SetFinalizersAsync<T>(T entity, IReadOnlyList<string> finalizers, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Fenced(() => inner.SetFinalizersAsync(entity, finalizers, cancellationToken));

    public Task DeleteAsync<T>(ObjectKey key, string? uid, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Fenced(() => inner.DeleteAsync<T>(key, uid, cancellationToken));

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Fenced(() => inner.CreateAsync(entity, cancellationToken));

    private async Task<T> Fenced<T>(Func<Task<T>> write)
    {
        fence.Check();
        return await write();
    }

    private async Task Fenced(Func<Task> write)
    {
        fence.Check();
        await write();
    }
}
