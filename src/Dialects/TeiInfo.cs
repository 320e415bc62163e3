using System.Text.Json.Serialization;

namespace Rerank.Dialects;

/// <summary>
/// What clients of text-embeddings-inference read from <c>GET /info</c>, under its names. They stand beside our own; what isn't known, or isn't there when
/// nothing is served yet, is left out.
/// </summary>
public abstract record TeiInfo
{
    [JsonPropertyName("model_id")]
    public string? ModelId { get; init; }

    /// <summary>Digest of all that decides its scores.</summary>
    [JsonPropertyName("model_sha")]
    public string? ModelSha { get; init; }

    /// <summary><c>float32</c> or <c>int8</c>.</summary>
    [JsonPropertyName("model_dtype")]
    public string? ModelDataType { get; init; }

    [JsonPropertyName("served_model_name")]
    public string? ServedModelName => ModelId;

    [JsonPropertyName("model_type")]
    public TeiModelType? ModelType => ModelId is null ? null : TeiModelType.OfOneLabel;

    [JsonPropertyName("max_input_length")]
    public int? MaxInputLength { get; init; }

    /// <summary>Tokens that run together.</summary>
    [JsonPropertyName("max_batch_tokens")]
    public int? MaxBatchTokens { get; init; }

    [JsonPropertyName("max_client_batch_size")]
    public int MaxClientBatchSize { get; init; }

    [JsonPropertyName("auto_truncate")]
    public bool AutoTruncate { get; init; } = true;

    [JsonPropertyName("tokenization_workers")]
    public int? TokenizationWorkers { get; init; }

    public required string Version { get; init; }
}

/// <summary>A model with one label, as rerankers have.</summary>
public sealed record TeiModelType(TeiLabels Reranker)
{
    private const string Label = "LABEL_0";

    internal static TeiModelType OfOneLabel { get; } = new(new TeiLabels(new Dictionary<string, string> { ["0"] = Label }, new Dictionary<string, int> { [Label] = 0 }));
}

public sealed record TeiLabels(
    [property: JsonPropertyName("id2label")] IReadOnlyDictionary<string, string> Labels,
    [property: JsonPropertyName("label2id")] IReadOnlyDictionary<string, int> Ids);
