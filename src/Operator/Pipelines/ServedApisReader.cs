using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Pipelines;

/// <summary>What this cluster serves, as the informers found out.</summary>
internal sealed class ServedApisReader(IResourceCache<V1PodDisruptionBudget> budgets, IResourceCache<V2HorizontalPodAutoscaler> autoscalers)
{
    public ServedApis Read() => new(budgets.IsServed, autoscalers.IsServed);
}
