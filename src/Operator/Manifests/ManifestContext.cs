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
    /// <summary>Kinds of which the operator can't list the objects, and why not: it leaves alone what there is of them.</summary>
    public IReadOnlyDictionary<string, string> Unlisted { get; init; } = new Dictionary<string, string>();

    public static ServedApis All { get; } = new(PodDisruptionBudgets: true, Autoscalers: true);
}
