using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rerank.Operator.Runtime.Crds.Yaml;

/// <summary>JSON as block-style YAML with sorted keys: the same bytes for the same content, whatever order it was put together in.</summary>
public static partial class YamlWriter
{
    private static readonly JsonSerializerOptions Quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonNode node)
    {
        var text = new StringBuilder();
        WriteBlock(text, node, indent: 0);
        return text.ToString();
    }

    private static void WriteBlock(StringBuilder text, JsonNode node, int indent)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                WriteItem(text, item, indent);
            return;
        }

        foreach (var (key, value) in node.AsObject().OrderBy(member => member.Key, StringComparer.Ordinal))
            WriteMember(text.Append(' ', indent), key, value, indent);
    }

    private static void WriteMember(StringBuilder text, string key, JsonNode? value, int indent)
    {
        text.Append(Scalar(key)).Append(':');
        if (IsBlock(value))
            WriteBlock(text.Append('\n'), value!, value is JsonArray ? indent : indent + 2);
        else
            text.Append(' ').Append(Inline(value)).Append('\n');
    }

    private static void WriteItem(StringBuilder text, JsonNode? item, int indent)
    {
        text.Append(' ', indent).Append("- ");
        if (!IsBlock(item))
        {
            text.Append(Inline(item)).Append('\n');
            return;
        }

        // The first line of a nested block stands behind the dash.
        var block = new StringBuilder();
        WriteBlock(block, item!, indent + 2);
        text.Append(block, indent + 2, block.Length - indent - 2);
    }

    private static bool IsBlock(JsonNode? node) => node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };

    private static string Inline(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ when node.GetValueKind() == JsonValueKind.String => Scalar(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    private static string Scalar(string value) =>
        Plain().IsMatch(value) && !Reserved().IsMatch(value) ? value : JsonSerializer.Serialize(value, Quoted);

    /// <summary>Nothing that YAML could take for something else than text; no leading digit, sign or indicator.</summary>
    [GeneratedRegex(@"\A(?!.*(: |:\z| #|[ ]\z))[A-Za-z/_.$(][ -~]*\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A(true|false|yes|no|on|off|y|n|null|\.nan|\.inf|[0-9.eE_]+)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();
}
