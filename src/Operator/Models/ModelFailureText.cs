using Rerank.Contracts.Models;

namespace Rerank.Operator.Models;

/// <summary>What to do about a model that failed.</summary>
internal static class ModelFailureText
{
    public static string Of(string model, string pod, ModelStatus status) =>
        $"Model \"{model}\" failed on pod {pod} ({status.Reason ?? "Unknown"}): {status.Message?.TrimEnd('.')}. {Advice(status.Reason)}".TrimEnd();

    public static string Advice(string? reason) => reason switch
    {
        ModelFailure.SourceUnavailable => "Check that the source's address is right and can be reached from the pods; the host tries again.",
        ModelFailure.FileNotFound => "Check the paths in `artifact.files` against the source.",
        ModelFailure.CredentialsMissing or ModelFailure.CredentialsRejected => "Check the Secret that the ModelVersion refers to.",
        ModelFailure.SourceInsecure => "Create another ModelVersion with the source's https address.",
        ModelFailure.DigestMismatch =>
            "The source's file isn't the one that the ModelVersion names: correct `sha256` in a new ModelVersion, or find out who changed the file.",
        ModelFailure.UnsupportedModel or ModelFailure.UnsupportedTokenizer => "Export the model in a supported form and create another ModelVersion for it.",
        ModelFailure.ProviderUnavailable => "Give the tier a `gpu`, or list `CPU` in the `executionProviders` of a new ModelVersion.",
        ModelFailure.LoadFailed => "See the pod's log; often its memory limit is too low.",
        ModelFailure.GoldenMismatch => "The host doesn't reproduce the scores in the golden file: it must be made with the same files, precision and settings.",
        ModelFailure.Quarantined => "See the end of the pod's previous log; often its memory limit is too low. The host tries again by itself.",
        ModelFailure.OutOfMemory => "Raise `resources.limits.memory`. The host tries again by itself.",
        ModelFailure.RunsFail => "See the pod's log; often its accelerator is broken. The host loads the model again by itself, and is restarted where that doesn't help.",
        ModelFailure.RunHangs => "The container is restarted if it goes on; when that happens again, look at the node's accelerator.",
        ModelFailure.GpuMemoryExceeded => "Use fewer models in one tier, lower `runtime.gpuMemory` to what they need, or roll out with `DedicatedPods`.",
        ModelFailure.StorageFull => "Give the nodes more ephemeral storage, or keep models on a PersistentVolumeClaim.",
        _ => "",
    };
}
