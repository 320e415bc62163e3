using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Models;

/// <summary>Who uses a ModelVersion, and how.</summary>
/// <param name="Pipeline">Name of a pipeline of the same namespace.</param>
/// <param name="Where">Its spec, or one of its revisions.</param>
internal sealed record ModelUse(string Pipeline, string Where)
{
    /// <param name="revisions">Revisions by the name of their pipeline.</param>
    public static IReadOnlyList<ModelUse> Of(string model, IEnumerable<RerankPipeline> pipelines, ILookup<string, Revision> revisions) =>
    [
        .. from pipeline in pipelines
           where pipeline.Metadata.DeletionTimestamp is null
           from place in Uses(model, pipeline, revisions[pipeline.Name()])
           select new ModelUse(pipeline.Name(), place),
    ];

    public override string ToString() => $"RerankPipeline \"{Pipeline}\" ({Where})";

    private static IEnumerable<string> Uses(string model, RerankPipeline pipeline, IEnumerable<Revision> revisions)
    {
        if (pipeline.Spec.Tiers.Any(t => t.Model?.ModelVersionRef.Name == model))
            yield return "spec";
        foreach (var revision in revisions.Where(r => r.Role != RevisionRole.Retired).OrderBy(r => r.Name, StringComparer.Ordinal))
        {
            if (revision.Snapshot.Tiers.Any(t => t.Model?.Model.Name == model))
                yield return $"{revision.Role.ToString().ToLowerInvariant()} revision {revision.Name}";
        }
    }
}
