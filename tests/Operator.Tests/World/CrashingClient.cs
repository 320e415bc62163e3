using k8s;
using k8s.Models;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Tests.World;

/// <summary>The operator's client: its writes count towards the crash point, after they have been done.</summary>
internal sealed class CrashingClient(IResourceClient inner, CrashPoint crash) : IResourceClient
{
    public Task<ResourcePage<T>> ListAsync<T>(string? ns, string? labelSelector, string? continueToken, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => inner.ListAsync<T>(ns, labelSelector, continueToken, cancellationToken);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? ns, string? labelSelector, string resourceVersion, TimeSpan timeout, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => inner.WatchAsync<T>(ns, labelSelector, resourceVersion, timeout, cancellationToken);

    public Task<T?> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> => inner.GetAsync<T>(key, cancellationToken);

    public Task<T> ApplyAsync<T>(T desired, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Counted(typeof(T), () => inner.ApplyAsync(desired, cancellationToken));

    public Task ApplyStatusAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Counted(typeof(T), () => inner.ApplyStatusAsync(entity, cancellationToken));

    public Task<T> SetFinalizersAsync<T>(T entity, IReadOnlyList<string> finalizers, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Counted(typeof(T), () => inner.SetFinalizersAsync(entity, finalizers, cancellationToken));

    public Task DeleteAsync<T>(ObjectKey key, string? uid, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Counted(typeof(T), () => inner.DeleteAsync<T>(key, uid, cancellationToken));

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Counted(typeof(T), () => inner.CreateAsync(entity, cancellationToken));

    private async Task<T> Counted<T>(Type kind, Func<Task<T>> write)
    {
        crash.BeforeWriting(kind);
        var result = await write();
        crash.Wrote();
        return result;
    }

    private async Task Counted(Type kind, Func<Task> write)
    {
        crash.BeforeWriting(kind);
        await write();
        crash.Wrote();
    }
}
