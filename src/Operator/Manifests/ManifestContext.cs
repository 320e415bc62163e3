namespace Rerank.Operator.Manifests;

/// <summary>What manifests depend on besides the pipeline.</summary>
/// <param name="Options">Images and how they are pulled.</param>
/// <param name="Apis">What the cluster serves.</param>
internal sealed record ManifestContext(OperatorOptions Options, ServedApis Apis);

/// <summary>APIs that not every supported cluster serves.</summary>
/// <param name="PodDisruptionBudgets">policy/v1, since Kubernetes 1.21.</param>
/// <param name="Autoscalers">autoscaling/v2, since Kubernetes 1.23.</param>
internal sealed record ServedApis(bool PodDisruptionBudgets, bool Autoscalers)
{
    public static ServedApis All { get; } = new(PodDisruptionBudgets: true, Autoscalers: true);
}
