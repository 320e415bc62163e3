using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

internal static class Autoscalers
{
    private const int CpuPercent = 80;

    public static V2HorizontalPodAutoscaler Of(PipelineOwner owner, PoolLayout pool)
    {
        var name = owner.Names.Pool(pool.Id);
        return new()
        {
            ApiVersion = "autoscaling/v2",
            Kind = V2HorizontalPodAutoscaler.KubeKind,
            Metadata = owner.Metadata(name, Labels.Of(owner.Names, pool.Component)),
            Spec = new()
            {
                ScaleTargetRef = new() { ApiVersion = "apps/v1", Kind = V1Deployment.KubeKind, Name = name },
                MinReplicas = Math.Min(pool.Least, pool.Max),
                MaxReplicas = pool.Max,
                Metrics =
                [
                    new()
                    {
                        Type = "Resource",
                        Resource = new() { Name = "cpu", Target = Target(pool) },
                    },
                ],
            },
        };
    }

    private static V2MetricTarget Target(PoolLayout pool) => pool.CpuOfPod is { } cpu
        ? new() { Type = "AverageValue", AverageValue = new(cpu) }
        : new() { Type = "Utilization", AverageUtilization = CpuPercent };
}
