using System.Buffers.Text;
using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Contracts.Dialects;

/// <summary>Liberal readers for the value after a property name. Null stands for an absent field.</summary>
internal static class JsonFields
{
    public static string? ReadString(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => reader.GetString(),
            _ => throw WrongKind(ref reader, field, "a string"),
        };
    }

    /// <summary>Takes true, "true" and 1, since all of them are sent.</summary>
    public static bool? ReadBoolean(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.True:
            case JsonTokenType.False:
                return reader.TokenType == JsonTokenType.True;
            case JsonTokenType.Number when reader.TryGetInt32(out var number) && number is 0 or 1:
                return number == 1;
            case JsonTokenType.String when reader.ValueTextEquals("true"u8) || reader.ValueTextEquals("True"u8) || reader.ValueTextEquals("1"u8):
                return true;
            case JsonTokenType.String when reader.ValueTextEquals("false"u8) || reader.ValueTextEquals("False"u8) || reader.ValueTextEquals("0"u8):
                return false;
            default:
                throw WrongKind(ref reader, field, "true or false");
        }
    }

    /// <summary>Takes 5, "5" and 5.0.</summary>
    public static int? ReadInteger(ref Utf8JsonReader reader, string field, int minimum)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String) || !TryParse(reader.ValueSpan, out var value))
            throw WrongKind(ref reader, field, "an integer");
        if (value < minimum || value > int.MaxValue)
            throw new RequestException(RequestErrorKind.Invalid, $"invalid request: {field} must be at least {minimum} and at most {int.MaxValue}");
        return (int)value;
    }

    /// <summary>Every document is a string, or an object with its text in <c>text</c> or <c>content</c>.</summary>
    public static List<string>? ReadDocuments(ref Utf8JsonReader reader, string field, RequestLimits limits)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw WrongKind(ref reader, field, "an array");

        var documents = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (documents.Count == limits.MaxDocuments)
                throw new RequestException(RequestErrorKind.TooLarge, $"{field} has more than {limits.MaxDocuments} entries; at most {limits.MaxDocuments} are allowed");
            documents.Add(reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString()!,
                JsonTokenType.StartObject => ReadText(ref reader, $"{field}[{documents.Count}]"),
                _ => throw WrongKind(ref reader, $"{field}[{documents.Count}]", "a string or an object with \"text\""),
            });
        }

        return documents;
    }

    public static string KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        _ => "null",
    };

    private static string ReadText(ref Utf8JsonReader reader, string field)
    {
        string? text = null;
        string? content = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("text"u8))
            {
                text = ReadString(ref reader, $"{field}.text");
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                content = ReadString(ref reader, $"{field}.content");
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return text ?? content ?? throw new RequestException(RequestErrorKind.Malformed, $"{field} must have its text in \"text\"");
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out double value) =>
        Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length && double.IsInteger(value);

    private static RequestException WrongKind(ref Utf8JsonReader reader, string field, string expected) =>
        new(RequestErrorKind.Malformed, reader.TokenType is JsonTokenType.String or JsonTokenType.Number
            ? $"{field} must be {expected}, not this {KindOf(reader.TokenType)[2..]}"
            : $"{field} must be {expected}, not {KindOf(reader.TokenType)}");
}
