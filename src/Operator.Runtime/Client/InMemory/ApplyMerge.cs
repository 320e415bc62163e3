using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>The two halves of server-side apply: what is applied goes in, what the writer applied before and now leaves out goes.</summary>
internal static class ApplyMerge
{
    /// <returns>A new value.</returns>
    public static JsonNode? Merge(JsonNode? live, JsonNode? applied, MergeSchema schema) => (live, applied) switch
    {
        (JsonObject before, JsonObject after) => MergeMaps(before, after, schema),
        (JsonArray before, JsonArray after) when schema.List != XListType.Atomic => MergeLists(before, after, schema),
        _ => applied?.DeepClone(),
    };

    /// <summary>Takes out of <paramref name="value"/> what is in <paramref name="before"/>, but neither in <paramref name="now"/> nor others'.</summary>
    public static void Remove(JsonNode value, MergeSchema schema, FieldSet before, FieldSet now, IReadOnlyList<FieldSet> others)
    {
        foreach (var (segment, fields) in before.Members)
        {
            if (Member.Find(value, schema, segment) is not { } member)
                continue;

            var still = now.Find(segment);
            List<FieldSet> elsewhere = [.. others.Select(other => other.Find(segment)).OfType<FieldSet>()];
            if (member.Value is not null)
                Remove(member.Value, member.Schema, fields, still ?? FieldSet.Empty, elsewhere);

            // An item goes with everything that nobody owns in it, such as defaults; a map only when nothing is left of it.
            if (still is null && elsewhere.Count == 0 && (fields.Owned || IsEmpty(member.Value)))
                member.RemoveFrom(value);
        }
    }

    private static JsonObject MergeMaps(JsonObject live, JsonObject applied, MergeSchema schema)
    {
        var merged = new JsonObject();
        foreach (var (name, value) in live)
            merged.Add(name, applied.TryGetPropertyValue(name, out var change) ? Merge(value, change, schema.Field(name)) : value?.DeepClone());
        foreach (var (name, value) in applied)
        {
            if (!live.ContainsKey(name))
                merged.Add(name, value?.DeepClone());
        }

        return merged;
    }

    private static JsonArray MergeLists(JsonArray live, JsonArray applied, MergeSchema schema)
    {
        var current = Member.Of(live, schema);
        var bySegment = new Dictionary<string, JsonNode?>();
        foreach (var item in current)
            bySegment.TryAdd(item.Segment, item.Value);
        var merged = new JsonArray();
        HashSet<string> taken = [];
        foreach (var item in Member.Of(applied, schema))
        {
            taken.Add(item.Segment);
            merged.Add(Merge(bySegment.GetValueOrDefault(item.Segment), item.Value, item.Schema));
        }

        foreach (var item in current.Where(item => !taken.Contains(item.Segment)))
            merged.Add(item.Value?.DeepClone());

        return merged;
    }

    private static bool IsEmpty(JsonNode? value) => value is JsonObject { Count: 0 } or JsonArray { Count: 0 };
}
