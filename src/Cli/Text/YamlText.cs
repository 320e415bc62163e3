using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rerank.Cli.Text;

/// <summary>A manifest as YAML, members in the order in which they are given.</summary>
internal static partial class YamlText
{
    private static readonly JsonSerializerOptions Quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonObject manifest)
    {
        var text = new StringBuilder();
        WriteMap(text, manifest, indent: 0, isFirstIndented: false);
        return text.ToString();
    }

    private static void WriteMap(StringBuilder text, JsonObject map, int indent, bool isFirstIndented)
    {
        foreach (var (name, value) in map)
        {
            text.Append(' ', isFirstIndented ? 0 : indent).Append(name).Append(':');
            isFirstIndented = false;
            WriteValue(text, value, indent);
        }
    }

    private static void WriteValue(StringBuilder text, JsonNode? value, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } map:
                WriteMap(text.Append('\n'), map, indent + 2, isFirstIndented: false);
                break;
            case JsonArray { Count: > 0 } list:
                text.Append('\n');
                foreach (var item in list)
                    WriteItem(text.Append(' ', indent).Append("- "), item, indent);
                break;
            default:
                text.Append(' ').Append(Scalar(value)).Append('\n');
                break;
        }
    }

    private static void WriteItem(StringBuilder text, JsonNode? item, int indent)
    {
        if (item is JsonObject { Count: > 0 } map)
            WriteMap(text, map, indent + 2, isFirstIndented: true);
        else
            text.Append(Scalar(item)).Append('\n');
    }

    private static string Scalar(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var word && IsPlain(word)
            ? word
            : value?.ToJsonString(Quoted) ?? "null";

    /// <summary>Whether YAML reads it as this text, and not as a number, a boolean, a date or a sign of its own.</summary>
    private static bool IsPlain(string word) =>
        (Word().IsMatch(word) && word.ToLowerInvariant() is not ("true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n" or "null"))
        || (Digest().IsMatch(word) && !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _));

    [GeneratedRegex(@"\A[A-Za-z/]([A-Za-z0-9_./:-]*[A-Za-z0-9_/-])?\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"\A([0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex Digest();
}
