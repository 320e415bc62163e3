using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Models;

/// <summary>Which ModelVersions something else is about.</summary>
internal static class ModelReferences
{
    public static IEnumerable<ObjectKey> OfPipeline(RerankPipeline pipeline) =>
        pipeline.Spec.Tiers.Select(t => t.Model?.ModelVersionRef.Name).OfType<string>().Distinct().Select(name => new ObjectKey(pipeline.Namespace(), name));

    public static IEnumerable<ObjectKey> OfRevision(V1ControllerRevision revision) =>
        (RevisionObject.TryReadOnce(revision)?.Snapshot.Tiers ?? [])
            .Select(t => t.Model?.Model.Name).OfType<string>().Distinct()
            .Select(name => new ObjectKey(revision.Namespace(), name));
}
