using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Inference;

/// <summary>Reads and writes pairs with the logits that a model must give for them.</summary>
internal static class GoldenFile
{
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <exception cref="ModelLoadException">The file is missing, damaged or empty.</exception>
    public static IReadOnlyList<GoldenPair> Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw Invalid(path, $"is larger than {MaxBytes} bytes", null);
            using var file = File.OpenRead(path);
            var pairs = JsonSerializer.Deserialize(file, GoldenJson.Default.ListGoldenPair);
            return pairs is { Count: > 0 } && pairs.TrueForAll(pair => pair is not null) ? pairs : throw Invalid(path, "holds no pairs", null);
        }
        catch (JsonException e)
        {
            throw Invalid(path, $"is not a list of pairs: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(ModelFailure.FileNotFound, $"can't read {path}: {e.Message}", e);
        }
    }

    /// <exception cref="IOException">The file is there already, or can't be written.</exception>
    public static async Task WriteAsync(string path, IReadOnlyList<GoldenPair> pairs, bool overwrite, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, overwrite ? FileMode.Create : FileMode.CreateNew, FileAccess.Write);
        await JsonSerializer.SerializeAsync(file, [.. pairs], GoldenJson.Default.ListGoldenPair, cancellationToken);
    }

    private static ModelLoadException Invalid(string path, string problem, Exception? inner) => new(ModelFailure.GoldenMismatch, $"{path} {problem}", inner);
}

/// <summary>
/// One pair of a golden file. <c>query</c>, <c>passage</c> and <c>logit</c> are enough; with <c>input_ids</c> and
/// <c>token_type_ids</c> the tokenizer is compared as well, and <c>logit_int8</c> is what a quantised file of the model gives.
/// </summary>
internal sealed record GoldenPair
{
    public required string Query { get; init; }

    public required string Passage { get; init; }

    public required float Logit { get; init; }

    [JsonPropertyName("logit_int8")]
    public float? LogitInt8 { get; init; }

    [JsonPropertyName("input_ids")]
    public long[]? InputIds { get; init; }

    [JsonPropertyName("token_type_ids")]
    public long[]? TokenTypeIds { get; init; }

    /// <summary>Whether special tokens that stand in the texts were read as such. A contract with the other way leaves such pairs out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonPropertyName("literal_markers_are_special")]
    public bool LiteralMarkersAreSpecial { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<GoldenPair>))]
internal sealed partial class GoldenJson : JsonSerializerContext;
