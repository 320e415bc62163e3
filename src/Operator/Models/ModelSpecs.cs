using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Models;

/// <summary>A ModelVersion as a host needs it.</summary>
internal static class ModelSpecs
{
    public static ModelSpec Of(ModelVersion model) => new()
    {
        Name = model.Name(),
        Digest = ModelDigest.Of(model.Spec),
        Source = Source(model.Spec.Artifact.Source),
        Files = [.. model.Spec.Artifact.Files.Select(f => new ModelFile(f.Path, f.Sha256)).OrderBy(f => f.Path, StringComparer.Ordinal)],
        Contract = new()
        {
            ModelFile = model.Spec.Contract.ModelFile,
            TokenizerFile = model.Spec.Contract.TokenizerFile,
            MaxInputTokens = model.Spec.Contract.MaxInputTokens,
            Truncation = model.Spec.Contract.Truncation,
            Activation = model.Spec.Contract.Activation,
            SpecialTokensInText = model.Spec.Contract.SpecialTokensInText,
        },
        Runtime = new()
        {
            ExecutionProviders = [.. model.Spec.Runtime.ExecutionProviders],
            LastLayer = model.Spec.Runtime.LastLayer,
            GpuMemoryBytes = model.Spec.Runtime.GpuMemory is { } memory ? Quantities.Bytes(memory) : null,
        },
        GoldenPath = model.Spec.Golden?.Path,
    };

    /// <summary>Where the credential for the model's source is; null when the source is open.</summary>
    public static CredentialRef? Credential(ModelVersion model) => model.Spec.Artifact.Source switch
    {
        { Http.CredentialsSecretRef: { } secret } => new(secret.Name, Key: null),
        { HuggingFace.TokenSecretRef: { } secret } => new(secret.Name, secret.Key),
        _ => null,
    };

    private static ModelSource Source(ModelSourceSpec source) => source switch
    {
        { Bundled: { } bundled } => new() { Bundled = new(bundled.Name) },
        { Http: { } http } => new() { Http = new(http.BaseURL.TrimEnd('/'), http.CredentialsSecretRef is not null) },
        { HuggingFace: { } hub } => new()
        {
            HuggingFace = new(hub.Repository, hub.Revision, hub.Endpoint.TrimEnd('/'), hub.TokenSecretRef is not null),
        },
        { PersistentVolumeClaim: { } claim } => new() { Directory = new(claim.Path is null ? claim.ClaimName : $"{claim.ClaimName}/{claim.Path}") },
        _ => throw new InvalidOperationException("a ModelVersion without a source got past validation"),
    };
}
