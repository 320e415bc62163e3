using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Models;

/// <summary>Finds out who uses a ModelVersion.</summary>
internal sealed class ModelUses(IResourceClient client, IResourceCache<RerankPipeline> pipelines, IResourceCache<V1ControllerRevision> revisions)
{
    /// <summary>From the caches: for showing.</summary>
    public IReadOnlyList<ModelUse> Seen(ModelVersion model) =>
        ModelUse.Of(model.Name(), pipelines.List(model.Namespace()), ByPipeline(revisions.List(model.Namespace()), RevisionObject.ReadOnce));

    /// <summary>From the API server: for letting it go.</summary>
    public async Task<IReadOnlyList<ModelUse>> ReadAsync(ModelVersion model, CancellationToken cancellationToken)
    {
        var readPipelines = await ListAsync<RerankPipeline>(model.Namespace(), labelSelector: null, cancellationToken);
        var managed = $"{Labels.ManagedBy}={Labels.OperatorName}";
        var readRevisions = await ListAsync<V1ControllerRevision>(model.Namespace(), managed, cancellationToken);
        return ModelUse.Of(model.Name(), readPipelines, ByPipeline(readRevisions, RevisionObject.Read));
    }

    private static ILookup<string, Revision> ByPipeline(IEnumerable<V1ControllerRevision> stored, Func<V1ControllerRevision, Revision> read) =>
        stored
            .Select(r => (Owner: r.Metadata.OwnerReferences?.FirstOrDefault(o => o is { Controller: true, Kind: RerankPipeline.KubeKind }), Stored: r))
            .Where(r => r.Owner is not null)
            .ToLookup(r => r.Owner!.Name, r => read(r.Stored));

    private async Task<List<T>> ListAsync<T>(string ns, string? labelSelector, CancellationToken cancellationToken)
        where T : k8s.IKubernetesObject<V1ObjectMeta>
    {
        var found = new List<T>();
        string? next = null;
        do
        {
            var page = await client.ListAsync<T>(ns, labelSelector, next, cancellationToken);
            found.AddRange(page.Items);
            next = page.ContinueToken;
        }
        while (next is not null);
        return found;
    }
}
