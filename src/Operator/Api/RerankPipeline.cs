using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

/// <summary>
/// A reranking service: tiers of models behind one router with one address. A change is placed and tested beside what runs, earns its
/// traffic step by step, and is taken out by itself when it is worse. No request fails because of it.
/// </summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = KubeKind, PluralName = "rerankpipelines")]
[KubernetesEntityShortNames("rrp")]
[KubernetesEntityCategories("rerank")]
[ObjectName(63, Patterns.Label)]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Ready\")].status", "Ready", "string", Description = "Whether what the spec asks for is what answers.")]
[GenericAdditionalPrinterColumn(".status.stable.revision", "Stable", "string", Description = "The revision that answers what the candidate doesn't.")]
[GenericAdditionalPrinterColumn(".status.candidate.revision", "Candidate", "string", Description = "The revision that earns its traffic.")]
[GenericAdditionalPrinterColumn(".status.candidate.trafficPermille", "Traffic", "integer", Description = "Thousandths of the requests that the candidate answers.")]
[GenericAdditionalPrinterColumn(".status.candidate.step", "Step", "string", Description = "The step that the candidate is at.")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Ready\")].reason", "Reason", "string", Description = "Why it is ready or not.")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Available\")].status", "Available", "string", Description = "Whether requests are answered.", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.analysis.verdict", "Verdict", "string", Description = "How the candidate compares.", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Ready\")].message", "Message", "string", Description = "More about it.", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.address", "Address", "string", Description = "Where applications send requests.", Priority = 1)]
internal sealed class RerankPipeline : IKubernetesObject<V1ObjectMeta>, ISpec<RerankPipelineSpec>, IStatus<RerankPipelineStatus?>
{
    public const string KubeKind = "RerankPipeline";

    public string ApiVersion { get; set; } = ApiGroup.GroupVersion;

    public string Kind { get; set; } = KubeKind;

    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What shall answer.</summary>
    [Required]
    public RerankPipelineSpec Spec { get; set; } = new();

    /// <summary>What does answer.</summary>
    public RerankPipelineStatus? Status { get; set; }
}
