using System.Text.Json.Serialization;
using Rerank.Contracts.Models;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.Programs;
using Rerank.RerankerHost.Models;

namespace Rerank.RerankerHost.Serving;

/// <summary><c>GET /info</c>: what is served here, for people and for clients that size their requests.</summary>
internal static class InfoEndpoint
{
    public static void MapInfo(this IEndpointRouteBuilder routes) =>
        routes.MapRead(
            "/info",
            static (ModelRegistry models, ServeOptions options, LimitsInForce limits) => TypedResults.Json(Describe(models, options, limits), InfoJson.Default.HostInfo),
            JsonAnswer.RefuseMethodAsync);

    private static HostInfo Describe(ModelRegistry models, ServeOptions options, LimitsInForce limits)
    {
        var current = models.Names;
        var info = new HostInfo
        {
            Version = ProgramVersion.Current,
            Models = [.. current.Select(named => Describe(named.Name, named.Model))],
            Limits = new InfoLimits(limits.MaxBodyBytes, limits.MaxDocuments, options.MaxQueue.TotalSeconds),
            MaxClientBatchSize = limits.MaxDocuments,
            TokenizationWorkers = Environment.ProcessorCount,
        };
        return current.Count == 0 ? info : WithModel(info, current[0].Model);
    }

    /// <summary>The model of requests that name none, which is what this API's clients ask.</summary>
    private static HostInfo WithModel(HostInfo info, HostedModel model)
    {
        info = info with { ModelId = model.Spec.Name, ModelSha = model.Spec.Digest, MaxInputLength = model.Spec.Contract.MaxInputTokens };
        return model.Encoder is { } encoder
            ? info with
            {
                ModelDataType = encoder.IsDynamicallyQuantized ? "int8" : "float32",
                MaxBatchTokens = Math.Max(encoder.BatchTokens ?? 0, encoder.MaxInputTokens),
            }
            : info;
    }

    private static ModelInfo Describe(string name, HostedModel model)
    {
        var (spec, status) = (model.Spec, model.Status);
        return new ModelInfo(
            name,
            spec.Digest,
            status.State,
            status.ExecutionProvider,
            spec.Contract.MaxInputTokens,
            spec.Contract.Activation)
        {
            PassedOver = model.Encoder?.PassedOver,
            ScoredBy = model.Encoder?.ScoredBy,
            LastLayer = model.Encoder?.LastLayer,
            BatchTokens = model.Encoder?.BatchTokens,
            TokensPerSecond = model.Encoder is { } encoder ? Math.Round(encoder.TokensPerSecond) : null,
        };
    }
}

internal sealed record HostInfo : TeiInfo
{
    public required IReadOnlyList<ModelInfo> Models { get; init; }

    public required InfoLimits Limits { get; init; }
}

internal sealed record ModelInfo(
    string Name,
    string Digest,
    ModelState State,
    ExecutionProvider? ExecutionProvider,
    int MaxInputTokens,
    Activation Activation)
{
    /// <summary>Why the execution providers that it prefers aren't used, in words; null: it has the first of its list, or isn't ready.</summary>
    public string? PassedOver { get; init; }

    /// <summary>Tells apart what gives other scores for the same digest; null: it isn't ready.</summary>
    public string? ScoredBy { get; init; }

    /// <summary>What its last layer computes; null: it isn't ready.</summary>
    public LastLayer? LastLayer { get; init; }

    /// <summary>Tokens that run together at most, as found when the model was warmed up; null: its pairs run one by one, or it isn't ready.</summary>
    public int? BatchTokens { get; init; }

    /// <summary>That it reads when nothing else runs, as measured of late.</summary>
    public double? TokensPerSecond { get; init; }
}

internal sealed record InfoLimits(long MaxBodyBytes, int MaxDocuments, double MaxQueueSeconds);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostInfo))]
internal sealed partial class InfoJson : JsonSerializerContext;
