using System.Buffers;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;

namespace Rerank.RerankerHost.Models;

/// <summary>What a model set must obey before any of it is used. It comes from another process: nothing is taken on trust.</summary>
internal static class ModelSetRules
{
    // As the API allows pipelines.
    private static readonly HostLimits Most = new()
    {
        MaxDocuments = RoutingLimits.MaxDocuments,
        MaxBodyBytes = RoutingLimits.MaxBodyBytes,
        RequestTimeoutMilliseconds = RoutingLimits.MaxRequestTimeoutMilliseconds,
    };

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <returns>The first broken rule, by field; null: none.</returns>
    public static string? FirstProblem(ModelSet set) => Problems(set).FirstOrDefault();

    private static IEnumerable<string> Problems(ModelSet set)
    {
        if (set.Generation < 1)
            yield return "generation: must be at least 1";
        if (set.Pipeline.Length is 0 or > 2 * ModelLimits.MaxNameLength + 1)
            yield return "pipeline: must be namespace/name";
        if (set.Limits is { } limits && !(limits.MaxDocuments > 0 && limits.MaxBodyBytes > 0 && limits.RequestTimeoutMilliseconds > 0 && limits.IsWithin(Most)))
            yield return $"limits: must be from 1 to {Most.MaxDocuments} documents, {Most.MaxBodyBytes} bytes and {Most.RequestTimeoutMilliseconds} ms";
        if (set.Models.Count > ModelLimits.MaxModels)
            yield return $"models: more than {ModelLimits.MaxModels}";

        var names = new HashSet<string>(StringComparer.Ordinal);
        var digests = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < set.Models.Count; i++)
        {
            var field = $"models[{i}]";
            if (set.Models[i] is not { } model)
            {
                yield return $"{field}: must not be null";
                continue;
            }

            foreach (var problem in Problems(model))
                yield return $"{field}.{problem}";
            if (!names.Add(model.Name))
                yield return $"{field}.name: {model.Name} is in the set twice";
            if (!digests.Add(model.Digest))
                yield return $"{field}.digest: {model.Digest} is in the set twice";
        }

        foreach (var (name, credential) in set.Credentials ?? new Dictionary<string, SourceCredential>())
        {
            if (!names.Contains(name))
                yield return $"credentials.{name}: there's no model of this name";
            if (SourceCredentialRules.Problem(credential) is { } problem)
                yield return $"credentials.{name}: {problem}";
        }
    }

    private static IEnumerable<string> Problems(ModelSpec model)
    {
        if (model.Name.Length is 0 or > ModelLimits.MaxNameLength || !model.Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            yield return $"name: must be 1 to {ModelLimits.MaxNameLength} letters, digits, '-', '_' and '.'";
        if (!model.Digest.StartsWith("sha256:", StringComparison.Ordinal) || !IsSha256(model.Digest.AsSpan("sha256:".Length)))
            yield return "digest: must be sha256: and 64 lower-case hexadecimal digits";
        if (SourceRules.Problem(model.Source) is { } source)
            yield return $"source{source}";

        if (model.Files.Count is 0 or > ModelLimits.MaxFiles)
            yield return $"files: must be 1 to {ModelLimits.MaxFiles}";
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < model.Files.Count; i++)
        {
            if (model.Files[i] is not { } file)
                yield return $"files[{i}]: must not be null";
            else if (SourceRules.PathProblem(file.Path) is { } path)
                yield return $"files[{i}].path: {path}";
            else if (!IsSha256(file.Sha256))
                yield return $"files[{i}].sha256: must be 64 lower-case hexadecimal digits";
            else if (!paths.Add(file.Path))
                yield return $"files[{i}].path: {file.Path} is in the list twice";
        }

        foreach (var problem in Problems(model.Contract, paths))
            yield return $"contract.{problem}";
        foreach (var problem in Problems(model.Runtime))
            yield return $"runtime.{problem}";
        if (model.GoldenPath is { } golden && !paths.Contains(golden))
            yield return $"goldenPath: {golden} is not one of the files";
    }

    private static IEnumerable<string> Problems(ModelContract contract, HashSet<string> paths)
    {
        if (!paths.Contains(contract.ModelFile))
            yield return $"modelFile: {contract.ModelFile} is not one of the files";
        if (!paths.Contains(contract.TokenizerFile))
            yield return $"tokenizerFile: {contract.TokenizerFile} is not one of the files";
        if (contract.MaxInputTokens is < 8 or > ModelLimits.MaxInputTokens)
            yield return $"maxInputTokens: must be 8 to {ModelLimits.MaxInputTokens}";
        if (!Enum.IsDefined(contract.Truncation))
            yield return "truncation: unknown";
        if (!Enum.IsDefined(contract.Activation))
            yield return "activation: unknown";
    }

    private static IEnumerable<string> Problems(ModelRuntime runtime)
    {
        if (runtime.ExecutionProviders.Count == 0)
            yield return "executionProviders: at least one is needed";
        if (runtime.ExecutionProviders.Distinct().Count() != runtime.ExecutionProviders.Count)
            yield return "executionProviders: one is in the list twice";
        if (!runtime.ExecutionProviders.All(Enum.IsDefined))
            yield return "executionProviders: unknown";
        if (runtime.GpuMemoryBytes < 1)
            yield return "gpuMemoryBytes: must be at least 1";
        if (!Enum.IsDefined(runtime.LastLayer))
            yield return "lastLayer: unknown";
    }

    private static bool IsSha256(ReadOnlySpan<char> text) =>
        text.Length == 64 && !text.ContainsAnyExcept(HexDigits);
}
