using k8s;
using Rerank.Contracts.Models;
using Rerank.Operator.Runtime.Crds.Validation;
using static Rerank.Operator.Api.Validation.Rule;

namespace Rerank.Operator.Api.Validation;

/// <summary>What the schema of a ModelVersion can't say without CEL.</summary>
internal static class ModelVersionRules
{
    private const string Immutable = "must not change: create another ModelVersion";
    private const string Listed = "must be the path of one of `artifact.files`";

    public static IReadOnlyList<FieldError> Check(ModelVersion version)
    {
        var spec = version.Spec;
        var paths = spec.Artifact.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var providers = spec.Runtime.ExecutionProviders;
        return
        [
            .. Require(
                CountSources(spec.Artifact.Source) == 1,
                "spec.artifact.source",
                "must have exactly one of `bundled`, `http`, `huggingFace` and `persistentVolumeClaim`"),
            .. Require(paths.Contains(spec.Contract.ModelFile), "spec.contract.modelFile", Listed),
            .. Require(paths.Contains(spec.Contract.TokenizerFile), "spec.contract.tokenizerFile", Listed),
            .. Require(providers.Distinct().Count() == providers.Count, "spec.runtime.executionProviders", "must not list a provider twice"),
            .. Require(
                spec.Runtime.GpuMemory is null || providers.Contains(ExecutionProvider.CUDA),
                "spec.runtime.gpuMemory",
                "may only be specified when `executionProviders` lists \"CUDA\""),
            .. Require(spec.Golden is null || paths.Contains(spec.Golden.Path), "spec.golden.path", Listed),
        ];
    }

    public static IReadOnlyList<FieldError> CheckUpdate(ModelVersion stored, ModelVersion version) =>
    [
        .. Require(Same(ByPath(stored.Spec.Artifact), ByPath(version.Spec.Artifact)), "spec.artifact", Immutable),
        .. Require(Same(stored.Spec.Contract, version.Spec.Contract), "spec.contract", Immutable),
        .. Require(Same(stored.Spec.Runtime, version.Spec.Runtime), "spec.runtime", Immutable),
        .. Require(Same(stored.Spec.Golden, version.Spec.Golden), "spec.golden", Immutable),
    ];

    private static int CountSources(ModelSourceSpec source) =>
        new object?[] { source.Bundled, source.Http, source.HuggingFace, source.PersistentVolumeClaim }.Count(member => member is not null);

    private static bool Same(object? left, object? right) =>
        left is null || right is null ? left == right : KubernetesJson.Serialize(left) == KubernetesJson.Serialize(right);

    /// <summary>The order of a list with keys says nothing.</summary>
    private static ModelArtifact ByPath(ModelArtifact artifact) =>
        new() { Source = artifact.Source, Files = [.. artifact.Files.OrderBy(file => file.Path, StringComparer.Ordinal)] };
}
