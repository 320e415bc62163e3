using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

internal static class ConfigMaps
{
    /// <param name="component">The routers, or a pool.</param>
    /// <param name="documents">By key.</param>
    /// <param name="resourceVersion">What it replaces; null when there was nothing.</param>
    public static V1ConfigMap Of(PipelineOwner owner, string name, string component, IReadOnlyDictionary<string, string> documents, string? resourceVersion)
    {
        var metadata = owner.Metadata(name, Labels.Of(owner.Names, component));
        metadata.ResourceVersion = resourceVersion;
        return new() { ApiVersion = "v1", Kind = V1ConfigMap.KubeKind, Metadata = metadata, Data = new Dictionary<string, string>(documents) };
    }
}
