using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Pipelines;

/// <summary>What this cluster serves, as the informers found out.</summary>
internal sealed class ServedApisReader(
    IResourceCache<V1PodDisruptionBudget> budgets, IResourceCache<V2HorizontalPodAutoscaler> autoscalers, IResourceCache<V1NetworkPolicy> policies)
{
    public ServedApis Read() => new(budgets.IsServed, autoscalers.IsServed)
    {
        Unlisted = new (string Kind, string? Why)[] { (V1NetworkPolicy.KubeKind, policies.Unlisted), (V1PodDisruptionBudget.KubeKind, budgets.Unlisted), (V2HorizontalPodAutoscaler.KubeKind, autoscalers.Unlisted) }
            .Where(kind => kind.Why is not null)
            .ToDictionary(kind => kind.Kind, kind => kind.Why!),
    };
}
