using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Pipelines;

/// <summary>Which pipelines something else is about.</summary>
internal static class PipelineReferences
{
    /// <summary>A ReplicaSet is between a pod and its pipeline, so that only the label tells.</summary>
    public static IEnumerable<ObjectKey> OfPod(V1Pod pod, IResourceCache<RerankPipeline> pipelines) =>
        pod.GetLabel(Labels.Pipeline) is { } label
            ? pipelines.List(pod.Namespace()).Where(p => new PipelineNames(p.Name()).LabelValue == label).Select(p => new ObjectKey(p.Namespace(), p.Name()))
            : [];

    public static IEnumerable<ObjectKey> OfModel(ModelVersion model, IResourceCache<RerankPipeline> pipelines) =>
        pipelines.List(model.Namespace())
            .Where(p => p.Spec.Tiers.Any(t => t.Model?.ModelVersionRef.Name == model.Name()))
            .Select(p => new ObjectKey(p.Namespace(), p.Name()));
}
