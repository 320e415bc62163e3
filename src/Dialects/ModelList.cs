using System.Buffers;
using System.Text.Json;

namespace Rerank.Dialects;

/// <summary>The models that may be asked, as clients of OpenAI, vLLM, Infinity and NIM list them: one answer with the fields of all.</summary>
public static class ModelList
{
    /// <summary>Where it is, by GET; without a version as Infinity has it.</summary>
    public static IReadOnlyList<string> Paths { get; } = ["/v1/models", "/models"];

    public static void Write(IBufferWriter<byte> output, IEnumerable<ListedModel> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        using var writer = JsonDialect.CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("object"u8, "list"u8);
        writer.WriteStartArray("data"u8);
        foreach (var model in models)
            WriteModel(writer, model);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter writer, ListedModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, model.Name);
        writer.WriteString("object"u8, "model"u8);
        writer.WriteNumber("created"u8, model.Created.ToUnixTimeSeconds());
        writer.WriteString("owned_by"u8, "rerank"u8);
        writer.WriteString("root"u8, model.Name);
        if (model.MaxInputTokens is { } tokens)
            writer.WriteNumber("max_model_len"u8, tokens);
        writer.WriteStartArray("capabilities"u8);
        writer.WriteStringValue("rerank"u8);
        writer.WriteEndArray();

        // Infinity's clients want the two, and take anything in them.
        writer.WriteString("backend"u8, "rerank"u8);
        writer.WriteStartObject("stats"u8);
        if (model.Queue is { } queue)
        {
            writer.WriteNumber("queue_fraction"u8, Math.Round(queue.Full, 3));
            writer.WriteNumber("queue_absolute"u8, queue.Pairs);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

/// <param name="Created">Since when it may be asked here.</param>
public sealed record ListedModel(string Name, DateTimeOffset Created)
{
    /// <summary>Null: not known.</summary>
    public int? MaxInputTokens { get; init; }

    /// <summary>Pairs that wait or are being worked on, and how full the queue is with them, from 0 to 1; null: not known.</summary>
    public (int Pairs, double Full)? Queue { get; init; }
}
