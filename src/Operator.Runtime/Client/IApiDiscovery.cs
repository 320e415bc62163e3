using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>Tells which kinds the API server has: old servers lack some, and others come with add-ons.</summary>
public interface IApiDiscovery
{
    Task<bool> ServesAsync<T>(CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>;
}
