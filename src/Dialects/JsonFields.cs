using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects;

/// <summary>Liberal readers for the value after a property name. Null stands for an absent field.</summary>
internal static class JsonFields
{
    private const int MaxQuoted = 40;

    public static string? ReadString(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => reader.GetString(),
            _ => throw WrongKind(in reader, field, "a string"),
        };
    }

    /// <summary>Takes true, "true" and 1, since all of them are sent.</summary>
    public static bool? ReadBoolean(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        return BooleanOf(in reader) ?? throw WrongKind(in reader, field, "true or false");
    }

    /// <summary>Takes 5, "5" and 5.0.</summary>
    public static int? ReadInteger(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String) || !TryParse(reader.ValueSpan, out var value))
            throw WrongKind(in reader, field, "an integer");
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new RequestException(RequestErrorKind.Invalid, $"{field} must be at most {int.MaxValue}, not {Quote(in reader)}");
    }

    /// <summary>True or "END" cut what is too long at its end, "START" at its start, false or "NONE" nowhere.</summary>
    public static TruncationRule? ReadTruncation(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (BooleanOf(in reader) is { } boolean)
            return boolean ? TruncationRule.End : TruncationRule.None;
        if (reader.TokenType != JsonTokenType.String)
            throw WrongKind(in reader, field, "true, false, \"NONE\" or \"END\"");
        return reader.GetString()!.ToUpperInvariant() switch
        {
            "NONE" => TruncationRule.None,
            "END" => TruncationRule.End,
            "START" => TruncationRule.Start,
            _ => throw WrongKind(in reader, field, "true, false, \"NONE\" or \"END\""),
        };
    }

    /// <summary>Takes "Left", "left", "Right" and "right".</summary>
    public static TruncationRule? ReadSide(ref Utf8JsonReader reader, string field) => ReadString(ref reader, field) switch
    {
        null => null,
        "Right" or "right" => TruncationRule.End,
        "Left" or "left" => TruncationRule.Start,
        _ => throw new RequestException(RequestErrorKind.Invalid, $"{field} must be \"Right\" or \"Left\", not {Quote(in reader)}"),
    };

    /// <summary>A list of strings, or one string.</summary>
    public static List<string>? ReadNames(ref Utf8JsonReader reader, string field)
    {
        const int MaxNames = 100;

        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType == JsonTokenType.String)
            return [reader.GetString()!];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw WrongKind(in reader, field, "an array of strings");

        var names = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
                throw WrongKind(in reader, $"{field}[{names.Count}]", "a string");
            if (names.Count == MaxNames)
                throw new RequestException(RequestErrorKind.TooLarge, $"{field} has more than {MaxNames} entries; at most {MaxNames} are allowed");
            try
            {
                names.Add(reader.GetString()!);
            }
            catch (InvalidOperationException e)
            {
                throw new RequestException(RequestReader.NotUnicode($"{field}[{names.Count}]"), e);
            }
        }

        return names;
    }

    /// <summary>Every text is a string or an object; of the objects only the places are read.</summary>
    /// <param name="json">What the reader reads.</param>
    /// <param name="orSingle">Whether one text may stand in place of a list.</param>
    public static TextList? ReadTexts(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, string field, RequestLimits limits, bool orSingle)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        var isSingle = orSingle && reader.TokenType is JsonTokenType.String or JsonTokenType.StartObject;
        if (!isSingle && reader.TokenType != JsonTokenType.StartArray)
            throw WrongKind(in reader, field, "an array");

        var texts = new TextList(json, field) { IsSingle = isSingle };
        if (isSingle)
        {
            Add(ref reader, texts);
            return texts;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (texts.Count == limits.MaxDocuments)
                throw new RequestException(RequestErrorKind.TooLarge, $"{field} has more than {limits.MaxDocuments} entries; at most {limits.MaxDocuments} are allowed");
            Add(ref reader, texts);
        }

        return texts;
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

    public static RequestException WrongKind(ref readonly Utf8JsonReader reader, string field, string expected) =>
        new(RequestErrorKind.Malformed, $"{field} must be {expected}, not {Quote(in reader)}");

    /// <summary>A short value as it is; of anything else what it is.</summary>
    private static string Quote(ref readonly Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Number when reader.ValueSpan.Length <= MaxQuoted => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.String when reader.ValueSpan.Length <= MaxQuoted => $"\"{Encoding.UTF8.GetString(reader.ValueSpan)}\"",
        var token => KindOf(token),
    };

    private static void Add(ref Utf8JsonReader reader, TextList texts)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                texts.Add(in reader);
                break;
            case JsonTokenType.StartObject:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                texts.AddObject(start, (int)reader.BytesConsumed - start);
                break;
            default:
                throw WrongKind(in reader, texts.NameOf(texts.Count), "a string or an object with \"text\"");
        }
    }

    private static bool? BooleanOf(ref readonly Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Number when reader.TryGetInt32(out var number) && number is 0 or 1 => number == 1,
        JsonTokenType.String when reader.ValueTextEquals("true"u8) || reader.ValueTextEquals("True"u8) || reader.ValueTextEquals("1"u8) => true,
        JsonTokenType.String when reader.ValueTextEquals("false"u8) || reader.ValueTextEquals("False"u8) || reader.ValueTextEquals("0"u8) => false,
        _ => null,
    };

    private static bool TryParse(ReadOnlySpan<byte> text, out double value) =>
        Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length && double.IsInteger(value);
}
