using System.Text.Json;

namespace Rerank.Dialects;

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
        if (answer.CachedTokens > 0)
        {
            writer.WriteStartObject("prompt_tokens_details"u8);
            writer.WriteNumber("cached_tokens"u8, answer.CachedTokens);
            writer.WriteEndObject();
        }

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
                writer.WriteString("document"u8, request.Documents.Utf8(result.Index));
            writer.WriteTruncation(result, answer.TruncationReport);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>The fields that say how much of a result's texts was read, where they are to be. What isn't known is left out.</summary>
    public static void WriteTruncation(this Utf8JsonWriter writer, in RankedDocument result, TruncationReport report)
    {
        if (report == TruncationReport.None || (report == TruncationReport.Cut && !result.Truncated) || result.Tokens == 0)
            return;
        writer.WriteBoolean("truncated"u8, result.Truncated);
        writer.WriteNumber("tokens"u8, result.Tokens);
        if (result.TotalTokens > 0)
            writer.WriteNumber("total_tokens"u8, result.TotalTokens);
    }

    public static void WriteDocumentObject(this Utf8JsonWriter writer, ReadOnlySpan<byte> text)
    {
        writer.WriteStartObject("document"u8);
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
    }
}
