using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>Applies and other writes are tracked apart: an apply only ever takes back what an apply set.</summary>
internal readonly record struct FieldWriter(string Manager, bool Applies, bool OfStatus);

/// <summary>Who set which fields of one object.</summary>
internal sealed record FieldOwnership(ImmutableDictionary<FieldWriter, FieldSet> Writers)
{
    private const string Metadata = "f:metadata";
    private static readonly KeyValuePair<string, FieldSet>[] NotOwned = Nothing("f:apiVersion", "f:kind");
    private static readonly KeyValuePair<string, FieldSet>[] Identity = Nothing("f:name", "f:namespace", "f:uid", "f:resourceVersion");

    public static readonly FieldOwnership None = new(ImmutableDictionary<FieldWriter, FieldSet>.Empty);

    /// <summary>Merges what <paramref name="writer"/> applies into <paramref name="live"/>; what it takes from others becomes its own.</summary>
    public Revision Apply(JsonObject live, JsonObject applied, MergeSchema schema, FieldWriter writer)
    {
        var fields = Ownable(applied, schema);
        var others = Writers.Remove(writer);
        foreach (var (other, owned) in others)
            others = others.SetItem(other, owned.YieldTo(live, applied, schema));

        var merged = ApplyMerge.Merge(live, applied, schema)!.AsObject();
        ApplyMerge.Remove(merged, schema, Writers.GetValueOrDefault(writer, FieldSet.Empty), fields, [.. others.Values]);
        return new(merged, new FieldOwnership(others.SetItem(writer, fields)).Within(merged, schema));
    }

    /// <summary>The managers who would lose fields if <paramref name="writer"/> applied this.</summary>
    public IReadOnlyList<string> LosersTo(JsonObject live, JsonObject applied, MergeSchema schema, FieldWriter writer) =>
    [
        .. Writers
            .Where(entry => entry.Key != writer && entry.Value.YieldTo(live, applied, schema) != entry.Value)
            .Select(entry => entry.Key.Manager)
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>Records that <paramref name="writer"/> wrote <paramref name="part"/> of the object without an apply.</summary>
    public FieldOwnership Update(JsonObject part, JsonObject whole, MergeSchema schema, FieldWriter writer)
    {
        var fields = Ownable(part, schema);
        return new FieldOwnership(Writers.SetItem(writer, Writers.GetValueOrDefault(writer, FieldSet.Empty).Union(fields))).Within(whole, schema);
    }

    // What says which object it is belongs to nobody.
    private static FieldSet Ownable(JsonObject part, MergeSchema schema)
    {
        var fields = FieldSet.Of(part, schema);
        var metadata = fields.Find(Metadata) ?? FieldSet.Empty;
        var left = fields.With([.. NotOwned, KeyValuePair.Create(Metadata, metadata.With(Identity))]);
        return left with { Owned = left.Members.Count == 0 };
    }

    private static KeyValuePair<string, FieldSet>[] Nothing(params IEnumerable<string> segments) => [.. segments.Select(s => KeyValuePair.Create(s, FieldSet.Empty))];

    private FieldOwnership Within(JsonObject whole, MergeSchema schema) =>
        new(Writers.ToImmutableDictionary(entry => entry.Key, entry => entry.Value.Within(whole, schema)));
}
