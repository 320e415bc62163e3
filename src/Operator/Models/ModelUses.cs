using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Models;

/// <summary>Finds out who uses a ModelVersion.</summary>
internal sealed class ModelUses(IResourceCache<RerankPipeline> pipelines, IResourceCache<V1ControllerRevision> revisions)
{
    /// <summary>From the caches: it is for showing.</summary>
    public IReadOnlyList<ModelUse> Seen(ModelVersion model) =>
        ModelUse.Of(model.Name(), pipelines.List(model.Namespace()), ByPipeline(revisions.List(model.Namespace())));

    private static ILookup<string, Revision> ByPipeline(IEnumerable<V1ControllerRevision> stored) =>
        stored
            .Select(r => (Owner: r.Metadata.OwnerReferences?.FirstOrDefault(o => o is { Controller: true, Kind: RerankPipeline.KubeKind }), Stored: r))
            .Where(r => r.Owner is not null)
            .Select(r => (r.Owner!.Name, Revision: RevisionObject.TryReadOnce(r.Stored)))
            .Where(r => r.Revision is not null)
            .ToLookup(r => r.Name, r => r.Revision!);
}
