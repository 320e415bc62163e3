using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Pipelines.Records;

/// <summary>As the API server has them now.</summary>
internal sealed class StoredRecords(IResourceClient client, DesiredReader desired) : IRecords
{
    public async Task<IReadOnlyList<Revision>> RevisionsAsync(PipelineOwner owner, CancellationToken cancellationToken)
    {
        var listed = await client.ListAllAsync<V1ControllerRevision>(owner.Namespace, $"{Labels.Pipeline}={owner.Names.LabelValue}", cancellationToken);
        List<Revision> found = [.. listed.Where(owner.Owns).Select(RevisionObject.Read)];
        if (found.All(r => r.Role != RevisionRole.Stable))
            await NoneHasLostItsLabelsAsync(owner, found, cancellationToken);
        return found;
    }

    /// <summary>What answers must not be taken for a pipeline's first revision because nobody finds the one before.</summary>
    private async Task NoneHasLostItsLabelsAsync(PipelineOwner owner, List<Revision> found, CancellationToken cancellationToken)
    {
        var all = await client.ListAllAsync<V1ControllerRevision>(owner.Namespace, labelSelector: null, cancellationToken);
        if (all.FirstOrDefault(r => owner.Owns(r) && found.All(f => f.Uid != r.Uid())) is { } lost)
            throw new UnreadableRevisionException($"ControllerRevision {lost.Name()} has lost its label {Labels.Pipeline}={owner.Names.LabelValue}");
    }

    public Task<V1ConfigMap?> ConfigMapAsync(ObjectKey key, CancellationToken cancellationToken) => client.GetAsync<V1ConfigMap>(key, cancellationToken);

    public Task<DesiredRevision> DesiredAsync(RerankPipeline pipeline, IReadOnlyList<Revision> existing, CancellationToken cancellationToken) =>
        desired.ReadAsync(pipeline, existing, cancellationToken);
}
