using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Faults.Tests.World;

/// <summary>An informer's cache that is brought up to date by hand: in between it is as old as a test wants it.</summary>
internal sealed class SteppedCache<T>(IResourceClient client, string ns) : IResourceCache<T>, ISteppedCache
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    // As the operator's informers: of other people's kinds only what is its own.
    private static readonly string? Selector =
        typeof(T) == typeof(RerankPipeline) || typeof(T) == typeof(ModelVersion) ? null : $"{Labels.ManagedBy}={Labels.OperatorName}";

    private Dictionary<ObjectKey, T> _objects = [];

    public string Kind { get; } = ResourceKind.Of<T>().Plural;

    public bool HasSynced { get; private set; }

    public bool IsServed { get; init; } = true;

    public T? Get(ObjectKey key) => _objects.GetValueOrDefault(key);

    public IReadOnlyCollection<T> List(string? within = null) => [.. _objects.Values.Where(o => within is null || o.Namespace() == within)];

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (IsServed)
            _objects = (await client.ListAsync<T>(ns, Selector, null, cancellationToken)).Items.ToDictionary(o => ObjectKey.Of(o));
        HasSynced = true;
    }
}

internal interface ISteppedCache
{
    /// <summary>Plural name of the resource.</summary>
    string Kind { get; }

    bool HasSynced { get; }

    Task RefreshAsync(CancellationToken cancellationToken);
}
