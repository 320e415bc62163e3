using System.Text.Json;

namespace Rerank.Contracts.Dialects;

/// <summary>Parts of answers that several dialects have.</summary>
internal static class AnswerParts
{
    /// <param name="completion">Whether to say that nothing was generated.</param>
    public static void WriteUsage(this Utf8JsonWriter writer, RerankAnswer answer, bool completion = false)
    {
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("prompt_tokens"u8, answer.InputTokens);
        writer.WriteNumber("total_tokens"u8, answer.InputTokens);
        if (completion)
            writer.WriteNumber("completion_tokens"u8, 0);
        writer.WriteEndObject();
    }

    /// <summary>Results as a list, with documents as bare strings.</summary>
    public static void WriteResultsWithTexts(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, RerankRequest request, RerankAnswer answer)
    {
        writer.WriteStartArray(name);
        foreach (var result in answer.Results)
        {
            writer.WriteStartObject();
            writer.WriteNumber("relevance_score"u8, result.Score);
            writer.WriteNumber("index"u8, result.Index);
            if (request.ReturnDocuments)
                writer.WriteString("document"u8, request.Documents[result.Index]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteDocumentObject(this Utf8JsonWriter writer, string text)
    {
        writer.WriteStartObject("document"u8);
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
    }
}
