using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Rerank.Dialects;

/// <summary>The text by which an object is ranked.</summary>
internal static class DocumentText
{
    /// <summary>
    /// The values of <paramref name="rankFields"/> in their order when the request names some; else <c>text</c>; else <c>content</c>, also as a list of
    /// parts of type text; else everything, as lines of <c>key: value</c>.
    /// </summary>
    /// <param name="json">One object.</param>
    /// <param name="name">Of the object, for errors.</param>
    /// <exception cref="RequestException">It has no text.</exception>
    public static string Of(ReadOnlySpan<byte> json, string name, RankFields? rankFields = null)
    {
        if (rankFields is not null)
            return OfFields(json, name, rankFields);

        string? content = null;
        var isImage = false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("text"u8))
            {
                if (JsonFields.ReadString(ref reader, $"{name}.text") is { } text)
                    return text;
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                content = ReadContent(ref reader, $"{name}.content");
            }
            else
            {
                isImage |= reader.ValueTextEquals("image"u8) || reader.ValueTextEquals("image_url"u8);
                reader.Read();
                reader.Skip();
            }
        }

        if (content is null && isImage)
            throw NoText(name, "only text can be ranked, not images");
        return content ?? OfAll(json, name);
    }

    /// <summary>A value that is a string, or an object with a text. Null is absent.</summary>
    /// <param name="json">What the reader reads.</param>
    public static string? ReadOne(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, string name)
    {
        var before = reader;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader = before;
            return JsonFields.ReadString(ref reader, name);
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return Of(json[start..(int)reader.BytesConsumed], name);
    }

    private static string OfFields(ReadOnlySpan<byte> json, string name, RankFields rankFields)
    {
        var values = new string?[rankFields.Names.Count];
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (rankFields.PlaceOf(in reader) is >= 0 and var place)
            {
                values[place] = ReadAny(ref reader, json, name);
                continue;
            }

            reader.Read();
            reader.Skip();
        }

        // A single field is ranked as a document of its own would be.
        if (values is [{ } only])
            return only;

        var text = new StringBuilder();
        for (var i = 0; i < values.Length; i++)
            AppendLine(text, rankFields.Names[i], values[i]);
        return text.Length > 0 ? text.ToString() : throw NoText(name, $"it has none of the rank_fields: {string.Join(", ", rankFields.Names)}");
    }

    private static string OfAll(ReadOnlySpan<byte> json, string name)
    {
        var text = new StringBuilder();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString()!;
            AppendLine(text, key, ReadAny(ref reader, json, name));
        }

        return text.Length > 0 ? text.ToString() : throw NoText(name, "put it into \"text\"");
    }

    private static void AppendLine(StringBuilder text, string key, string? value)
    {
        if (value is null)
            return;
        if (text.Length > 0)
            text.Append('\n');
        text.Append(key).Append(": ").Append(value);
    }

    /// <summary>A string's text; anything else as it is written, and null for null.</summary>
    private static string? ReadAny(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, string name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var value = json[start..(int)reader.BytesConsumed];
        return Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : throw new RequestException(RequestReader.NotUnicode(name));
    }

    private static string? ReadContent(ref Utf8JsonReader reader, string name)
    {
        var before = reader;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader = before;
            return JsonFields.ReadString(ref reader, name);
        }

        var text = new StringBuilder();
        for (var part = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; part++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw JsonFields.WrongKind(in reader, $"{name}[{part}]", "an object of type \"text\"");
            if (part > 0)
                text.Append('\n');
            text.Append(ReadPart(ref reader, $"{name}[{part}]"));
        }

        return text.ToString();
    }

    private static string ReadPart(ref Utf8JsonReader reader, string name)
    {
        string? text = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("text"u8))
            {
                text = JsonFields.ReadString(ref reader, $"{name}.text");
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return text ?? throw NoText(name, "only text can be ranked");
    }

    private static RequestException NoText(string name, string why) => new(RequestErrorKind.Invalid, $"{name} has no text: {why}");
}
