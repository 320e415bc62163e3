using System.Buffers;
using System.Text.Json;

namespace Rerank.Dialects;

/// <summary>What both versions of Cohere's API have in common.</summary>
internal abstract class CohereDialect : JsonDialect
{
    // Cohere's unit: one query with up to this many documents.
    private const int DocumentsPerSearchUnit = 100;

    protected override string Prefix => "invalid request: ";

    public sealed override void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("id"u8, answer.RequestId);

        writer.WriteStartArray("results"u8);
        foreach (var result in answer.Results)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, result.Index);
            writer.WriteNumber("relevance_score"u8, result.Score);
            if (request.ReturnDocuments)
                WriteDocument(writer, request, result.Index);
            writer.WriteTruncation(result, answer.TruncationReport);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        writer.WriteStartObject("meta"u8);
        writer.WriteStartObject("api_version"u8);
        WriteVersion(writer);
        writer.WriteEndObject();
        writer.WriteStartObject("billed_units"u8);
        writer.WriteNumber("search_units"u8, (request.Documents.Count + DocumentsPerSearchUnit - 1) / DocumentsPerSearchUnit);
        writer.WriteEndObject();
        writer.WriteStartObject("tokens"u8);
        WriteTokens(writer, answer);
        writer.WriteEndObject();
        writer.WriteEndObject();

        writer.WriteEndObject();
    }

    public sealed override void WriteError(IBufferWriter<byte> output, RequestError error)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        if (error.RequestId is { } id)
            writer.WriteString("id"u8, id);
        writer.WriteString("message"u8, error.Message);
        writer.WriteEndObject();
    }

    protected abstract void WriteVersion(Utf8JsonWriter writer);

    protected virtual void WriteTokens(Utf8JsonWriter writer, RerankAnswer answer) => writer.WriteNumber("input_tokens"u8, answer.InputTokens);

    /// <summary>An object is given back as it was sent.</summary>
    private static void WriteDocument(Utf8JsonWriter writer, RerankRequest request, int index)
    {
        writer.WritePropertyName("document"u8);
        if (request.DocumentObjects is { } objects && !objects[index].IsEmpty)
        {
            writer.WriteRawValue(objects[index].Span, skipInputValidation: true);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("text"u8, request.Documents.Utf8(index));
        writer.WriteEndObject();
    }

    protected override RequestException QueryIsMissing() => Missing("query", QueryIsEmpty());

    protected override RequestException QueryIsEmpty() => Wrong(RequestErrorKind.Empty, "query", "invalid request: query must not be empty or be only whitespace");

    protected override RequestException TextsAreMissing(string field) => Missing(field, TextsAreEmpty(field));

    protected override RequestException TextsAreEmpty(string field) => Wrong(RequestErrorKind.Empty, field, "invalid request: list of documents must not be empty");

    // Cohere's own words for both, which clients may look for, and then what it doesn't say.
    private static RequestException Missing(string field, RequestException empty) => Wrong(RequestErrorKind.Empty, field, $"{empty.Message}: {field} is missing");
}
