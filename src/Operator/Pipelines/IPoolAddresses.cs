using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Pipelines;

/// <summary>How processes of a pipeline are reached. In a cluster by its DNS; in local mode by the loopback ports of its processes.</summary>
internal interface IPoolAddresses
{
    /// <summary>Where a router finds the hosts of a pool: entries of a routing table's cluster.</summary>
    /// <param name="pods">Pods of the pool.</param>
    IReadOnlyList<string> OfPool(PipelineOwner owner, PoolId pool, IReadOnlyList<V1Pod> pods);

    /// <summary>Where routers find each other: a routing table's peers.</summary>
    /// <param name="routers">Router pods.</param>
    IReadOnlyList<string> OfRouters(PipelineOwner owner, IReadOnlyList<V1Pod> routers);

    /// <summary>Where applications find the pipeline; null while nowhere.</summary>
    /// <param name="routers">Its router pods.</param>
    string? OfPipeline(PipelineOwner owner, IReadOnlyList<V1Pod> routers);
}
