using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

/// <summary>One pod at a time: a minimum instead would never let the node of a single pod be drained.</summary>
internal static class DisruptionBudgets
{
    public static V1PodDisruptionBudget Of(PipelineOwner owner, string name, string component) => new()
    {
        ApiVersion = "policy/v1",
        Kind = V1PodDisruptionBudget.KubeKind,
        Metadata = owner.Metadata(name, Labels.Of(owner.Names, component)),
        Spec = new()
        {
            MaxUnavailable = 1,
            Selector = new() { MatchLabels = Labels.Selector(owner.Names, component) },
        },
    };
}
