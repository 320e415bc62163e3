using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>Who set what, in the form of <c>metadata.managedFields</c>.</summary>
internal static class FieldsV1
{
    public static JsonArray Write(FieldOwnership ownership, ResourceKind kind) => new(
    [
        .. ownership.Writers
            .Where(entry => !entry.Value.IsEmpty)
            .OrderBy(entry => entry.Key.Manager, StringComparer.Ordinal).ThenBy(entry => entry.Key.OfStatus)
            .Select(entry => Entry(entry.Key, entry.Value, kind)),
    ]);

    private static JsonObject Entry(FieldWriter writer, FieldSet fields, ResourceKind kind)
    {
        var entry = new JsonObject
        {
            ["manager"] = writer.Manager,
            ["operation"] = writer.Applies ? "Apply" : "Update",
            ["apiVersion"] = kind.ApiVersion,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = Write(fields),
        };
        if (writer.OfStatus)
            entry["subresource"] = "status";
        return entry;
    }

    private static JsonObject Write(FieldSet fields)
    {
        var json = new JsonObject();
        // A leaf says by being there that it is owned; what has members says it of itself.
        if (fields.Owned && fields.Members.Count > 0)
            json["."] = new JsonObject();
        foreach (var (segment, members) in fields.Members.OrderBy(member => member.Key, StringComparer.Ordinal))
            json[segment] = Write(members);
        return json;
    }
}
