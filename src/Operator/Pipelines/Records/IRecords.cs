using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Pipelines.Records;

/// <summary>What was stored about a pipeline: its revisions, and what routers and hosts were last told.</summary>
internal interface IRecords
{
    Task<IReadOnlyList<Revision>> RevisionsAsync(PipelineOwner owner, CancellationToken cancellationToken);

    /// <returns>Null when there is none.</returns>
    Task<V1ConfigMap?> ConfigMapAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>The revision that the pipeline asks for.</summary>
    Task<DesiredRevision> DesiredAsync(RerankPipeline pipeline, IReadOnlyList<Revision> revisions, CancellationToken cancellationToken);
}
