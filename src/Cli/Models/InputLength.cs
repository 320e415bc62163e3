using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rerank.Cli.Models;

/// <summary>How many tokens a model reads, from what the transformers library saves beside it.</summary>
internal static class InputLength
{
    // The CRD's bounds.
    private const int Least = 8;
    private const int Most = 8192;

    // RoBERTa's positions start after the padding index (modeling_roberta.py, create_position_ids_from_input_ids).
    private static readonly string[] WithOffset = ["roberta", "xlm-roberta", "camembert"];
    private const int Offset = 2;

    /// <exception cref="CommandFailure">Neither file says it.</exception>
    public static async Task<int> ReadAsync(IModelFiles files, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        int?[] limits =
        [
            OfTokenizer(await JsonAsync("tokenizer_config.json")),
            OfModel(await JsonAsync("config.json")),
        ];
        return limits.OfType<int>().DefaultIfEmpty(0).Min() is >= Least and var length
            ? Math.Min(length, Most)
            : throw new CommandFailure("neither tokenizer_config.json nor config.json says how long the input may be: set --max-input-tokens");

        async Task<JsonNode?> JsonAsync(string name)
        {
            if (!paths.Contains(name))
                return null;

            try
            {
                return JsonNode.Parse(await files.ReadAsync(name, cancellationToken));
            }
            catch (JsonException exception)
            {
                throw new CommandFailure($"{name} isn't JSON: {exception.Message}", exception);
            }
        }
    }

    /// <summary>Without a limit the library writes a number of thirty digits.</summary>
    private static int? OfTokenizer(JsonNode? tokenizer) => Number(tokenizer?["model_max_length"]);

    private static int? OfModel(JsonNode? model) =>
        Number(model?["max_position_embeddings"]) - (WithOffset.Contains($"{model?["model_type"]}") ? Offset : 0);

    private static int? Number(JsonNode? value) =>
        value is JsonValue number && number.TryGetValue<double>(out var length) && length is >= Least and <= int.MaxValue ? (int)length : null;
}
