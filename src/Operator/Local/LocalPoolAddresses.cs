using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;

namespace Rerank.Operator.Local;

/// <summary>There is no DNS in local mode: the routing table names the loopback ports of the pods, and the router finds out which are up.</summary>
internal sealed class LocalPoolAddresses(LocalPorts ports) : IPoolAddresses
{
    public IReadOnlyList<string> OfPool(PipelineOwner owner, PoolId pool, IReadOnlyList<V1Pod> pods) => Addresses(pods);

    public IReadOnlyList<string> OfRouters(PipelineOwner owner, IReadOnlyList<V1Pod> routers) => Addresses(routers);

    public string? OfPipeline(PipelineOwner owner, IReadOnlyList<V1Pod> routers) =>
        ports.Of($"{owner.Namespace}/{owner.Names.Service}") is { } port ? $"http://127.0.0.1:{port}" : null;

    private static IReadOnlyList<string> Addresses(IReadOnlyList<V1Pod> pods) =>
        [.. pods.OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .Select(pod => PodPorts.TryGetAddress(pod, PodPorts.Http, out var address) ? address.GetLeftPart(UriPartial.Authority) : null)
            .OfType<string>()];
}
