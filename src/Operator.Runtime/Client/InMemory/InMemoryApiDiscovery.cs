using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>The in-memory server has every kind but those that are named.</summary>
public sealed class InMemoryApiDiscovery(params IReadOnlyCollection<Type> absent) : IApiDiscovery
{
    public Task<bool> ServesAsync<T>(CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Task.FromResult(!absent.Contains(typeof(T)));
}
