using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>Applies and other writes are tracked apart: an apply only ever takes back what an apply set.</summary>
internal readonly record struct FieldWriter(string Manager, bool Applies, bool OfStatus);

/// <summary>Who set which fields of one object.</summary>
internal sealed record FieldOwnership(ImmutableDictionary<FieldWriter, FieldSet> Writers)
{
    public static readonly FieldOwnership None = new(ImmutableDictionary<FieldWriter, FieldSet>.Empty);

    /// <summary>Merges what <paramref name="writer"/> applies into <paramref name="live"/>; what it takes from others becomes its own.</summary>
    public Revision Apply(JsonObject live, JsonObject applied, MergeSchema schema, FieldWriter writer)
    {
        var fields = FieldSet.Of(Ownable(applied), schema);
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
        var fields = FieldSet.Of(Ownable(part), schema);
        return new FieldOwnership(Writers.SetItem(writer, Writers.GetValueOrDefault(writer, FieldSet.Empty).Union(fields))).Within(whole, schema);
    }

    private static JsonObject Ownable(JsonObject part)
    {
        var ownable = part.DeepClone().AsObject();
        ownable.Remove("apiVersion");
        ownable.Remove("kind");
        if (ownable["metadata"] is not JsonObject metadata)
            return ownable;

        foreach (var field in (string[])["name", "namespace", "uid", "resourceVersion"])
            metadata.Remove(field);
        if (metadata.Count == 0)
            ownable.Remove("metadata");

        return ownable;
    }

    private FieldOwnership Within(JsonObject whole, MergeSchema schema) =>
        new(Writers.ToImmutableDictionary(entry => entry.Key, entry => entry.Value.Within(whole, schema)));
}
