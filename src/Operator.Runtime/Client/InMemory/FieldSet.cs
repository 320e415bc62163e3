using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>The fields of an object that one writer set, as a tree.</summary>
/// <param name="Owned">Whether the value itself is owned: a whole, or an item of a list.</param>
internal sealed record FieldSet(bool Owned, ImmutableDictionary<string, FieldSet> Members)
{
    public static readonly FieldSet Empty = new(false, ImmutableDictionary<string, FieldSet>.Empty);

    public bool IsEmpty => !Owned && Members.IsEmpty;

    /// <summary>All of <paramref name="value"/>.</summary>
    public static FieldSet Of(JsonNode? value, MergeSchema schema, bool isItem = false)
    {
        var members = Member.Of(value, schema);
        return new(
            Owned: isItem || members.Count == 0,
            members.ToImmutableDictionary(member => member.Segment, member => Of(member.Value, member.Schema, member.IsItem)));
    }

    public FieldSet? Find(string segment) => Members.GetValueOrDefault(segment);

    public FieldSet Union(FieldSet other)
    {
        var members = Members;
        foreach (var (segment, fields) in other.Members)
            members = members.SetItem(segment, Find(segment)?.Union(fields) ?? fields);

        return new(Owned || other.Owned, members);
    }

    /// <summary>Without what another writer has just changed from <paramref name="before"/> to <paramref name="after"/>.</summary>
    public FieldSet YieldTo(JsonNode? before, JsonNode? after, MergeSchema schema)
    {
        var changed = Member.Of(after, schema);
        if (changed.Count == 0)
            return JsonNode.DeepEquals(before, after) || AddsNothing(before, after, schema) ? this : Empty;

        var members = Members;
        foreach (var member in changed)
        {
            if (Find(member.Segment) is { } fields)
                members = Replace(members, member.Segment, fields.YieldTo(Member.Find(before, schema, member.Segment)?.Value, member.Value, member.Schema));
        }

        return this with { Members = members };
    }

    /// <summary>Without what isn't in <paramref name="value"/> any more.</summary>
    public FieldSet Within(JsonNode? value, MergeSchema schema)
    {
        if (Members.IsEmpty)
            return this;

        var members = Members;
        foreach (var (segment, fields) in Members)
        {
            var kept = Member.Find(value, schema, segment) is { } member ? fields.Within(member.Value, member.Schema) : Empty;
            // Mostly all of it is still there.
            if (!ReferenceEquals(kept, fields))
                members = Replace(members, segment, kept);
        }

        return ReferenceEquals(members, Members) ? this : this with { Members = members };
    }

    private static bool AddsNothing(JsonNode? before, JsonNode? after, MergeSchema schema) =>
        (before, after) is (JsonObject, JsonObject) || ((before, after) is (JsonArray, JsonArray) && schema.List != XListType.Atomic);

    private static ImmutableDictionary<string, FieldSet> Replace(ImmutableDictionary<string, FieldSet> members, string segment, FieldSet fields) =>
        fields.IsEmpty ? members.Remove(segment) : members.SetItem(segment, fields);
}
