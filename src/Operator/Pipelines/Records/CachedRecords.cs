using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Pipelines.Records;

/// <summary>As the informers know them: enough to find that there is nothing to do.</summary>
internal sealed class CachedRecords(IResourceCache<V1ControllerRevision> revisions, IResourceCache<V1ConfigMap> maps, DesiredReader desired) : IRecords
{
    public Task<IReadOnlyList<Revision>> RevisionsAsync(PipelineOwner owner, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Revision>>(
            [.. revisions.List(owner.Namespace).Where(owner.Owns).OrderBy(r => r.Name(), StringComparer.Ordinal).Select(RevisionObject.ReadOnce)]);

    public Task<V1ConfigMap?> ConfigMapAsync(ObjectKey key, CancellationToken cancellationToken) => Task.FromResult(maps.Get(key));

    public Task<DesiredRevision> DesiredAsync(RerankPipeline pipeline, IReadOnlyList<Revision> existing, CancellationToken cancellationToken) =>
        Task.FromResult(desired.Read(pipeline));
}
