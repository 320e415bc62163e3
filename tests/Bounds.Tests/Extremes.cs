using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rerank.Bounds.Tests;

/// <summary>The least, the most and the oddest that a schema lets a member be.</summary>
internal static class Extremes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // For whatever pattern a member may have: those that fit are taken. "{n}" is filled up to the longest that the schema allows.
    private static readonly string[] Texts =
    [
        "{n}", "A{n}", "0", "9{n}", "a.b", "{n}.a", "a-{n}", "a_{n}", "-", ".", "_{n}",
        "a/{n}", "{n}/a", "o/{n}.x", "a/b/c/{n}",
        "http://{n}", "https://{n}/x", "https://[", "https://[]", "https://]:1", "https://:", "https://-", "https://_", "https://a:99999", "https://a:b", "https://a:0/x", "https://[::1]:8443/models",
        "https://[1]", "https://1.2.3.4.5", "https://256.256.256.256", "https://a..b", "https://.a", "https://a.", "https://a/%", "https://a/%zz", "https://a/.", "https://a/..", "https://a/../b", "https://a/x:y@z",
        "https://a@b", "*", "https://a:00000", "a+b.c-d://a", "https://[::]", "https://[:::::]", "chrome-extension://a{n}", "https://a.-b", "moz-extension://{n}",
        "1Mi", "9999Mi", "1Gi", "64Gi", "65Gi", "None",
        "000000000000000000000000000000000000000{n}",
    ];

    /// <param name="now">What it is, which says its kind.</param>
    public static IEnumerable<JsonNode?> Of(JsonObject schema, JsonNode now) => now switch
    {
        JsonArray list => OfList(schema, list),
        JsonObject => [],
        _ when schema["enum"] is JsonArray words => words.Select(word => word!.DeepClone()),
        _ when now.GetValueKind() is System.Text.Json.JsonValueKind.Number => OfNumber(schema),
        _ when now.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => [true, false],
        _ => OfText(schema),
    };

    private static IEnumerable<JsonNode?> OfNumber(JsonObject schema) => new[] { schema["minimum"], schema["maximum"] }.OfType<JsonNode>().Select(bound => bound.DeepClone());

    private static IEnumerable<JsonNode?> OfText(JsonObject schema)
    {
        var (least, most) = ((int)(Bound(schema["minLength"]) ?? 0), (int)(Bound(schema["maxLength"]) ?? 64));
        var pattern = (string?)schema["pattern"];
        return Texts
            .SelectMany(text => new[] { Filled(text, most), Filled(text, least), Filled(text, most / 2) })
            .Where(text => text.Length >= least && text.Length <= most && (pattern is null || Regex.IsMatch(text, pattern, RegexOptions.ECMAScript, Patience)))
            .Distinct()
            .Select(text => (JsonNode?)text);
    }

    private static IEnumerable<JsonNode?> OfList(JsonObject schema, JsonArray list)
    {
        if (Bound(schema["minItems"]) is { } least && least <= list.Count)
            yield return new JsonArray([.. list.Take((int)least).Select(i => i?.DeepClone())]);
        if (Bound(schema["maxItems"]) is not { } most || list.Count == 0)
            yield break;
        yield return new JsonArray([.. Enumerable.Range(0, (int)most).Select(i => i < list.Count ? list[i]?.DeepClone() : Another(schema, list[i % list.Count]!, i))]);
    }

    // Items of a list differ by their keys.
    private static JsonNode Another(JsonObject schema, JsonNode item, int number)
    {
        var other = item.DeepClone();
        if (other is not JsonObject map)
            return item.GetValueKind() == System.Text.Json.JsonValueKind.String ? Numbered((string)item!, number) : other;
        foreach (var key in schema["x-kubernetes-list-map-keys"] as JsonArray ?? [])
        {
            if (map[(string)key!] is JsonValue value && value.TryGetValue<string>(out var text))
                map[(string)key!] = Numbered(text, number);
        }

        return map;
    }

    private static string Numbered(string text, int number) => string.Create(CultureInfo.InvariantCulture, $"{text}{number}");

    private static string Filled(string text, int length) =>
        text.Replace("{n}", new string(text.StartsWith("0000", StringComparison.Ordinal) ? '0' : 'a', Math.Max(0, length - text.Length + "{n}".Length)), StringComparison.Ordinal);

    private static long? Bound(JsonNode? bound) => bound is null ? null : long.Parse(bound.ToJsonString(), CultureInfo.InvariantCulture);
}
