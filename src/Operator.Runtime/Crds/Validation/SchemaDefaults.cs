using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Crds.Validation;

/// <summary>What an API server does to an object before it validates it.</summary>
public static class SchemaDefaults
{
    /// <summary>A copy with the schema's defaults where members are absent; members that are null count as absent.</summary>
    public static JsonNode? Apply(JsonObject schema, JsonNode? value) => value switch
    {
        JsonObject map => ApplyToObject(schema, map),
        JsonArray list when schema["items"] is JsonObject items => new JsonArray([.. list.Select(item => Apply(items, item))]),
        _ => value?.DeepClone(),
    };

    private static JsonObject ApplyToObject(JsonObject schema, JsonObject map)
    {
        var properties = schema["properties"] as JsonObject;
        var values = schema["additionalProperties"] as JsonObject;
        var result = new JsonObject();
        foreach (var (name, member) in map)
        {
            var memberSchema = properties?[name] as JsonObject ?? values;
            if (memberSchema is null)
                result.Add(name, member?.DeepClone());
            else if (member is not null)
                result.Add(name, Apply(memberSchema, member));
        }

        foreach (var (name, member) in properties ?? [])
            if (!result.ContainsKey(name) && member!["default"] is { } value)
                result.Add(name, Apply(member.AsObject(), value));
        return result;
    }
}
