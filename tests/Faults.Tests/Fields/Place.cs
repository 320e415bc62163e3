using System.Text.Json.Nodes;

namespace Rerank.Faults.Tests.Fields;

/// <summary>Where in an object a member is.</summary>
internal sealed record Place(IReadOnlyList<object> Steps)
{
    /// <summary>The first place in an object that a path of the schema stands for; null when it has none.</summary>
    public static Place? Find(JsonNode? node, string path) =>
        Find(node, path.Replace("[]", ".[]", StringComparison.Ordinal).Replace("{}", ".{}", StringComparison.Ordinal).Split('.'), []);

    public JsonNode? In(JsonNode root) => Steps.Aggregate((JsonNode?)root, Child);

    /// <summary>A copy of the object with another value here; null removes what is there.</summary>
    public JsonObject With(JsonObject root, JsonNode? value)
    {
        var copy = root.DeepClone().AsObject();
        var parent = Steps.SkipLast(1).Aggregate((JsonNode?)copy, Child)!;
        switch (Steps[^1])
        {
            case string name when value is null:
                parent.AsObject().Remove(name);
                break;
            case string name:
                parent[name] = value.DeepClone();
                break;
            case int index when value is null:
                parent.AsArray().RemoveAt(index);
                break;
            case int index:
                parent[index] = value.DeepClone();
                break;
        }

        return copy;
    }

    public override string ToString() => string.Concat(Steps.Select(s => s is int i ? $"[{i}]" : $".{s}")).TrimStart('.');

    private static Place? Find(JsonNode? node, string[] path, object[] steps)
    {
        if (node is null)
            return null;
        if (path.Length == 0)
            return new(steps);
        return (path[0], node) switch
        {
            ("[]", JsonArray list) => list.Select((item, i) => Find(item, path[1..], [.. steps, i])).FirstOrDefault(found => found is not null),
            ("{}", JsonObject map) => map.Select(item => Find(item.Value, path[1..], [.. steps, item.Key])).FirstOrDefault(found => found is not null),
            (_, JsonObject map) => Find(map[path[0]], path[1..], [.. steps, path[0]]),
            _ => null,
        };
    }

    private static JsonNode? Child(JsonNode? node, object step) => step is int index ? node![index] : node![(string)step];
}
