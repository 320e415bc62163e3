using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>The fields of an object that one writer set, as a tree.</summary>
/// <param name="Owned">Whether the value itself is owned: a whole, or an item of a list.</param>
internal sealed record FieldSet(bool Owned, IReadOnlyDictionary<string, FieldSet> Members)
{
    public static readonly FieldSet Empty = new(false, new Dictionary<string, FieldSet>());

    public bool IsEmpty => !Owned && Members.Count == 0;

    /// <summary>All of <paramref name="value"/>.</summary>
    public static FieldSet Of(JsonNode? value, MergeSchema schema, bool isItem = false)
    {
        var members = new Dictionary<string, FieldSet>();
        foreach (var member in Member.Of(value, schema))
            members[member.Segment] = Of(member.Value, member.Schema, member.IsItem);
        return new(Owned: isItem || members.Count == 0, members);
    }

    public FieldSet? Find(string segment) => Members.GetValueOrDefault(segment);

    public FieldSet Union(FieldSet other)
    {
        var members = new Dictionary<string, FieldSet>(Members);
        foreach (var (segment, fields) in other.Members)
            members[segment] = Find(segment)?.Union(fields) ?? fields;

        return new(Owned || other.Owned, members);
    }

    /// <summary>With other members in the place of some; those that are empty go.</summary>
    public FieldSet With(params IEnumerable<KeyValuePair<string, FieldSet>> changes)
    {
        Dictionary<string, FieldSet>? members = null;
        foreach (var (segment, fields) in changes)
        {
            // Mostly all of it stays.
            if (ReferenceEquals(Find(segment), fields))
                continue;
            members ??= new(Members);
            if (fields.IsEmpty)
                members.Remove(segment);
            else
                members[segment] = fields;
        }

        return members is null ? this : this with { Members = members };
    }

    /// <summary>Without what another writer has just changed from <paramref name="before"/> to <paramref name="after"/>.</summary>
    public FieldSet YieldTo(JsonNode? before, JsonNode? after, MergeSchema schema)
    {
        var changed = Member.Of(after, schema);
        if (changed.Count == 0)
            return JsonNode.DeepEquals(before, after) || AddsNothing(before, after, schema) ? this : Empty;

        return With(
            from member in changed
            let fields = Find(member.Segment)
            where fields is not null
            let current = Member.Find(before, schema, member.Segment)?.Value
            select KeyValuePair.Create(member.Segment, fields.YieldTo(current, member.Value, member.Schema)));
    }

    /// <summary>Without what isn't in <paramref name="value"/> any more.</summary>
    public FieldSet Within(JsonNode? value, MergeSchema schema) => With(Members.Select(member => KeyValuePair.Create(
        member.Key, Member.Find(value, schema, member.Key) is { } found ? member.Value.Within(found.Value, found.Schema) : Empty)));

    private static bool AddsNothing(JsonNode? before, JsonNode? after, MergeSchema schema) =>
        (before, after) is (JsonObject, JsonObject) || ((before, after) is (JsonArray, JsonArray) && schema.List != XListType.Atomic);
}
