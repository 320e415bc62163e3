using k8s;
using k8s.Models;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Tests.World;

/// <summary>A cache that is always up to date: it asks the in-memory server, which answers at once.</summary>
internal sealed class LiveCache<T>(IResourceClient client, bool isServed = true, Func<string?>? unlisted = null) : IResourceCache<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    public bool HasSynced => true;

    public bool IsServed => isServed;

    public string? Unlisted => unlisted?.Invoke();

    public T? Get(ObjectKey key) => client.GetAsync<T>(key, CancellationToken.None).GetAwaiter().GetResult();

    public IReadOnlyCollection<T> List(string? ns = null) =>
        client.ListAsync<T>(ns, labelSelector: null, continueToken: null, CancellationToken.None).GetAwaiter().GetResult().Items.ToArray();

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
