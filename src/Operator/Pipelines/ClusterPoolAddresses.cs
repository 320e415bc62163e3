using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;

namespace Rerank.Operator.Pipelines;

/// <summary>Services' names in the cluster's DNS. A headless Service's stands for all of its ready pods.</summary>
internal sealed class ClusterPoolAddresses : IPoolAddresses
{
    public IReadOnlyList<string> OfPool(PipelineOwner owner, PoolId pool, IReadOnlyList<V1Pod> pods) =>
        [$"http://{owner.Names.Pool(pool)}.{owner.Namespace}.svc:{PodPorts.HttpPort}"];

    public IReadOnlyList<string> OfRouters(PipelineOwner owner, IReadOnlyList<V1Pod> routers) =>
        [$"http://{owner.Names.Router}.{owner.Namespace}.svc:{PodPorts.HttpPort}"];

    public string? OfPipeline(PipelineOwner owner, IReadOnlyList<V1Pod> routers) => $"http://{owner.Names.Service}.{owner.Namespace}.svc";
}
