using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

/// <summary>
/// One immutable, digest-pinned cross-encoder. Pipelines refer to it by name. What it computes never changes: for other files or other
/// settings, create another ModelVersion and point the pipeline to it.
/// </summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = KubeKind, PluralName = "modelversions")]
[KubernetesEntityShortNames("rmv")]
[KubernetesEntityCategories("rerank")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Ready\")].status", "Ready", "string", Description = "Whether a host has loaded and tested it.")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Ready\")].reason", "Reason", "string", Description = "Why it is ready or not.")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"InUse\")].status", "InUse", "string", Description = "Whether a pipeline refers to it.")]
[GenericAdditionalPrinterColumn(".status.shortDigest", "Digest", "string", Description = "First digits of what identifies its content.")]
[GenericAdditionalPrinterColumn(".status.sizeBytes", "Bytes", "integer", Description = "Size of all files.", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Ready\")].message", "Message", "string", Description = "More about it.", Priority = 1)]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
internal sealed class ModelVersion : IKubernetesObject<V1ObjectMeta>, ISpec<ModelVersionSpec>, IStatus<ModelVersionStatus?>
{
    public const string KubeKind = "ModelVersion";

    public string ApiVersion { get; set; } = ApiGroup.GroupVersion;

    public string Kind { get; set; } = KubeKind;

    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What the model is. Immutable.</summary>
    [Required]
    public ModelVersionSpec Spec { get; set; } = new();

    /// <summary>What the operator has seen of it.</summary>
    public ModelVersionStatus? Status { get; set; }
}
