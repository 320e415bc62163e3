using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>A part of a value that is owned and merged by itself: a member of a map, an item of a keyed list, a value of a set.</summary>
/// <param name="Segment">Tells it from its siblings; the same for the same part of another version of the value.</param>
internal readonly record struct Member(string Segment, JsonNode? Value, MergeSchema Schema, bool IsItem)
{
    /// <summary>Nothing when the value is owned and merged as a whole.</summary>
    public static IReadOnlyList<Member> Of(JsonNode? value, MergeSchema schema) => value switch
    {
        JsonObject map => [.. map.Select(entry => new Member(Field(entry.Key), entry.Value, schema.Field(entry.Key), IsItem: false))],
        JsonArray list when schema.List == XListType.Map => [.. list.Select(item => new Member(Item(item, schema), item, schema.Item, IsItem: true))],
        JsonArray list when schema.List == XListType.Set => [.. list.Select(item => new Member($"v:{item?.ToJsonString()}", item, schema.Item, IsItem: true))],
        _ => [],
    };

    public static Member? Find(JsonNode? value, MergeSchema schema, string segment)
    {
        // Of a map it is at hand, and every write looks for each of them.
        if (value is JsonObject map)
        {
            var name = segment[2..];
            return segment[0] == 'f' && map.TryGetPropertyValue(name, out var found) ? new Member(segment, found, schema.Field(name), IsItem: false) : null;
        }

        foreach (var member in Of(value, schema))
        {
            if (member.Segment == segment)
                return member;
        }

        return null;
    }

    public void RemoveFrom(JsonNode parent)
    {
        if (parent is JsonObject map)
            map.Remove(Segment[2..]);
        else
            parent.AsArray().Remove(Value);
    }

    private static string Field(string name) => $"f:{name}";

    /// <summary>As in managedFields: <c>k:{"containerPort":80,"protocol":"TCP"}</c>, the keys in the order of their names.</summary>
    private static string Item(JsonNode? item, MergeSchema schema) =>
        $"k:{{{string.Join(',', schema.Keys.Select(key => $"\"{key}\":{item?[key]?.ToJsonString() ?? $"\"{schema.DefaultOf(key)}\""}"))}}}";
}
