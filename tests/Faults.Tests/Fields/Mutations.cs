using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rerank.Faults.Tests.Fields;

/// <summary>What a member may be changed into: Acto's list, from the member's schema.</summary>
internal static class Mutations
{
    /// <param name="now">What it is.</param>
    /// <returns>Names and values; a null value removes it.</returns>
    public static IEnumerable<(string Name, JsonNode? Value)> Of(JsonObject schema, JsonNode now)
    {
        yield return ("removed", null);
        var values = now switch
        {
            JsonArray list => OfList(schema, list),
            JsonObject map => OfMap(schema, map),
            _ when now.GetValueKind() == JsonValueKind.Number => OfNumber(schema, (long)now),
            _ => OfText(schema, now.ToString()),
        };
        foreach (var value in values)
            yield return value;
    }

    private static IEnumerable<(string, JsonNode?)> OfNumber(JsonObject schema, long now)
    {
        var (least, most) = (Bound(schema["minimum"]), Bound(schema["maximum"]));
        yield return ("changed", now + 1 <= (most ?? long.MaxValue) ? now + 1 : now - 1);
        if (least is { } minimum)
        {
            yield return ("minimum", minimum);
            yield return ("below the minimum", minimum - 1);
        }

        if (most is { } maximum)
        {
            yield return ("maximum", maximum);
            yield return ("above the maximum", maximum + 1);
        }

        yield return ("a text", "many");
    }

    private static IEnumerable<(string, JsonNode?)> OfText(JsonObject schema, string now)
    {
        if (schema["enum"] is JsonArray words)
        {
            foreach (var word in words.Select(w => (string)w!).Where(w => w != now))
                yield return ($"changed to {word}", word);
            yield return ("a word that it doesn't know", "Whatever");
            yield break;
        }

        yield return ("empty", "");
        foreach (var changed in Changed(now).Where(c => c != now).Distinct())
            yield return ($"changed to {changed}", changed);
        if (Bound(schema["maxLength"]) is { } most)
        {
            yield return ("as long as it may be", new string('a', (int)most));
            yield return ("longer than it may be", new string('a', (int)most + 1));
        }

        yield return ("a list", new JsonArray());
    }

    // One of them fits whatever pattern a member may have.
    private static IEnumerable<string> Changed(string now) =>
        [$"{now}x", now.Length == 0 ? "x" : $"{now[..^1]}{(now[^1] == 'c' ? 'd' : 'c')}", now.Replace("32", "48", StringComparison.Ordinal).Replace("64", "72", StringComparison.Ordinal)];

    private static IEnumerable<(string, JsonNode?)> OfList(JsonObject schema, JsonArray list)
    {
        yield return ("empty", new JsonArray());
        if (list.Count == 0)
            yield break;
        yield return ("without its last item", new JsonArray([.. list.SkipLast(1).Select(i => i?.DeepClone())]));
        yield return ("the other way round", new JsonArray([.. list.Reverse().Select(i => i?.DeepClone())]));
        yield return ("with an item twice", new JsonArray([.. list.Append(list[0]).Select(i => i?.DeepClone())]));
        if (Bound(schema["maxItems"]) is { } most)
            yield return ("with too many items", new JsonArray([.. Enumerable.Range(0, (int)most + 1).Select(_ => list[0]?.DeepClone())]));
    }

    private static IEnumerable<(string, JsonNode?)> OfMap(JsonObject schema, JsonObject map)
    {
        yield return ("empty", new JsonObject());
        var more = map.DeepClone().AsObject();
        more["example.com/more"] = map.FirstOrDefault().Value?.DeepClone() ?? "x";
        yield return ("with a key more", more);
        if (Bound(schema["maxProperties"]) is { } most)
        {
            var many = new JsonObject(Enumerable.Range(0, (int)most + 1).Select(i => KeyValuePair.Create($"key-{i}", map.FirstOrDefault().Value?.DeepClone())));
            yield return ("with too many keys", many);
        }
    }

    private static long? Bound(JsonNode? bound) => bound is null ? null : long.Parse(bound.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
