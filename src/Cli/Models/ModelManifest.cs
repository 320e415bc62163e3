using System.Text.Json.Nodes;

namespace Rerank.Cli.Models;

/// <summary>Writes a ModelVersion for files: picks them, hashes them, and finds out how long the input may be.</summary>
internal static class ModelManifest
{
    private const string DefaultTokenizer = "tokenizer.json";

    public static async Task<JsonObject> WriteAsync(ModelRequest request, IModelFiles files, CancellationToken cancellationToken)
    {
        var paths = await files.ListAsync(cancellationToken);
        var choice = FileChoice.Of(paths, request.ModelFile, request.TokenizerFile);
        var digests = new JsonArray();
        foreach (var path in choice.All)
            digests.Add(new JsonObject { ["path"] = path, ["sha256"] = await files.DigestAsync(path, cancellationToken) });

        var spec = new JsonObject
        {
            ["artifact"] = new JsonObject { ["source"] = files.Source.DeepClone(), ["files"] = digests },
            ["contract"] = Contract(
                request, choice, request.MaxInputTokens ?? await InputLength.ReadAsync(files, paths, cancellationToken)),
        };
        if (Runtime(request) is { Count: > 0 } runtime)
            spec["runtime"] = runtime;
        if (choice.Golden is { } golden)
            spec["golden"] = new JsonObject { ["path"] = golden };

        var metadata = new JsonObject { ["name"] = request.Name };
        if (request.Namespace is { } ns)
            metadata["namespace"] = ns;
        return new() { ["apiVersion"] = "rerank.dev/v1alpha1", ["kind"] = "ModelVersion", ["metadata"] = metadata, ["spec"] = spec };
    }

    private static JsonObject Contract(ModelRequest request, FileChoice choice, int maxInputTokens)
    {
        var contract = new JsonObject { ["modelFile"] = choice.Model };
        if (choice.Tokenizer != DefaultTokenizer)
            contract["tokenizerFile"] = choice.Tokenizer;
        contract["maxInputTokens"] = maxInputTokens;
        if (request.Truncation is { } truncation)
            contract["truncation"] = truncation;
        if (request.SpecialTokensInText is { } specialTokens)
            contract["specialTokensInText"] = specialTokens;
        if (request.Activation is { } activation)
            contract["activation"] = activation;
        return contract;
    }

    private static JsonObject Runtime(ModelRequest request)
    {
        var runtime = new JsonObject();
        if (request.ExecutionProviders.Count > 0)
            runtime["executionProviders"] = new JsonArray([.. request.ExecutionProviders.Select(name => JsonValue.Create(name))]);
        if (request.LastLayer is { } lastLayer)
            runtime["lastLayer"] = lastLayer;
        return runtime;
    }
}
