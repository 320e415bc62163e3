using System.Reflection;
using System.Text.Json.Serialization;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Models;

namespace Rerank.RerankerHost.Serving;

/// <summary><c>GET /info</c>: what is served here, for people and for clients that size their requests.</summary>
internal static class InfoEndpoint
{
    private static readonly string Version =
        typeof(InfoEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static void MapInfo(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/info", static (ModelRegistry models, ServeOptions options) => TypedResults.Json(Describe(models, options), InfoJson.Default.HostInfo));

    private static HostInfo Describe(ModelRegistry models, ServeOptions options) => new(
        Version,
        [.. models.Current.Select(Describe)],
        new InfoLimits(options.Limits.MaxBodyBytes, options.Limits.MaxDocuments, options.MaxQueue.TotalSeconds));

    private static ModelInfo Describe(HostedModel model)
    {
        var (spec, status) = (model.Spec, model.Status);
        return new ModelInfo(
            spec.Name,
            spec.Digest,
            status.State,
            status.ExecutionProvider,
            spec.Contract.MaxInputTokens,
            spec.Contract.Activation)
        {
            BatchTokens = model.Encoder?.BatchTokens,
            TokensPerSecond = model.Encoder is { } encoder ? Math.Round(encoder.TokensPerSecond) : null,
        };
    }
}

internal sealed record HostInfo(string Version, IReadOnlyList<ModelInfo> Models, InfoLimits Limits);

internal sealed record ModelInfo(
    string Name,
    string Digest,
    ModelState State,
    ExecutionProvider? ExecutionProvider,
    int MaxInputTokens,
    Activation Activation)
{
    /// <summary>Tokens that run together at most, as found when the model was warmed up; null: its pairs run one by one, or it isn't ready.</summary>
    public int? BatchTokens { get; init; }

    /// <summary>That it reads when nothing else runs, as measured of late.</summary>
    public double? TokensPerSecond { get; init; }
}

internal sealed record InfoLimits(long MaxBodyBytes, int MaxDocuments, double MaxQueueSeconds);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostInfo))]
internal sealed partial class InfoJson : JsonSerializerContext;
