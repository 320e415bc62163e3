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

    public static void WriteDocumentObject(this Utf8JsonWriter writer, string text)
    {
        writer.WriteStartObject("document"u8);
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
    }
}
