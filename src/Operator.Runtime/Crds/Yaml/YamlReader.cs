using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rerank.Operator.Runtime.Crds.Yaml;

/// <summary>YAML as JSON, as kubectl reads it: YAML 1.1's words for booleans, no anchors, no tags, and a key twice is an error.</summary>
public static partial class YamlReader
{
    private const int MaxDepth = 64;

    /// <summary>Every document that isn't empty.</summary>
    /// <exception cref="FormatException">It isn't YAML, or not of the kind that is read here; the message has the line.</exception>
    public static IReadOnlyList<JsonNode> Read(string text)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            var documents = new List<JsonNode>();
            while (parser.TryConsume<DocumentStart>(out _))
            {
                if (ReadNode(parser, depth: 0) is { } document)
                    documents.Add(document);
                parser.Consume<DocumentEnd>();
            }

            return documents;
        }
        catch (YamlException e)
        {
            throw new FormatException($"line {e.Start.Line}, column {e.Start.Column}: {e.Message}", e);
        }
    }

    private static JsonNode? ReadNode(Parser parser, int depth)
    {
        if (depth > MaxDepth)
            throw new YamlException(parser.Current!.Start, parser.Current.End, $"nested more than {MaxDepth} deep");
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
            throw new YamlException(parser.Current.Start, parser.Current.End, "anchors are not supported");
        if (parser.Current is NodeEvent { Tag.IsEmpty: false })
            throw new YamlException(parser.Current.Start, parser.Current.End, "tags are not supported");

        if (parser.TryConsume<Scalar>(out var scalar))
            return scalar.Style == ScalarStyle.Plain ? Plain(scalar.Value) : JsonValue.Create(scalar.Value);

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
                list.Add(ReadNode(parser, depth + 1));
            return list;
        }

        parser.Consume<MappingStart>();
        var map = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            if (map.ContainsKey(key.Value))
                throw new YamlException(key.Start, key.End, $"the key \"{key.Value}\" is there twice");
            map.Add(key.Value, ReadNode(parser, depth + 1));
        }

        return map;
    }

    private static JsonValue? Plain(string value)
    {
        switch (value)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                return JsonValue.Create(false);
        }

        if (Integer().IsMatch(value) && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return JsonValue.Create(integer);
        return Number().IsMatch(value) && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : JsonValue.Create(value);
    }

    [GeneratedRegex(@"\A[-+]?(0|[1-9][0-9]*)\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"\A[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Number();
}
