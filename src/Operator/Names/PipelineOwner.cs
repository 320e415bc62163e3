using k8s.Models;
using Rerank.Operator.Api;

namespace Rerank.Operator.Names;

/// <summary>The pipeline as the owner of what is made for it.</summary>
internal sealed record PipelineOwner(string Namespace, string Name, string Uid)
{
    public PipelineNames Names { get; } = new(Name);

    public static PipelineOwner Of(RerankPipeline pipeline) => new(pipeline.Namespace(), pipeline.Name(), pipeline.Uid());

    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}";

    public bool Owns(IMetadata<V1ObjectMeta> child) =>
        child.Metadata?.OwnerReferences?.Any(r => r.Controller == true && r.Uid == Uid) ?? false;

    public V1ObjectMeta Metadata(string name, IDictionary<string, string> labels, IDictionary<string, string>? annotations = null) => new()
    {
        Name = name,
        NamespaceProperty = Namespace,
        Labels = labels,
        Annotations = annotations is { Count: > 0 } ? annotations : null,
        OwnerReferences =
        [
            new()
            {
                ApiVersion = ApiGroup.GroupVersion,
                Kind = RerankPipeline.KubeKind,
                Name = Name,
                Uid = Uid,
                Controller = true,
                BlockOwnerDeletion = true,
            },
        ],
    };
}
