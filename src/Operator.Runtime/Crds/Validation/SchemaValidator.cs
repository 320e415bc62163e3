using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Crds.Validation;

/// <summary>
/// Checks JSON against a schema of <see cref="SchemaWriter"/> as an API server does, unknown members included. Rules in CEL aren't
/// evaluated: whoever needs them without an API server has them in C# too.
/// </summary>
public static class SchemaValidator
{
    /// <param name="value">With defaults, see <see cref="SchemaDefaults"/>.</param>
    public static IReadOnlyList<FieldError> Validate(JsonObject schema, JsonNode? value)
    {
        var errors = new List<FieldError>();
        Check(schema, value, "", errors);
        return errors;
    }

    private static void Check(JsonObject schema, JsonNode? value, string path, List<FieldError> errors)
    {
        if (schema["x-kubernetes-int-or-string"] is not null)
        {
            if (value?.GetValueKind() == JsonValueKind.String)
                StringChecks.Check(schema, value.GetValue<string>(), path, errors);
            else if (Integer(value) is { } integer)
                CheckRange(schema, integer, path, errors);
            else
                errors.Add(WrongType("integer,string", value, path));
            return;
        }

        switch ((string?)schema["type"])
        {
            case "object" when value is JsonObject map:
                CheckObject(schema, map, path, errors);
                break;
            case "array" when value is JsonArray list:
                CheckList(schema, list, path, errors);
                break;
            case "string" when value?.GetValueKind() == JsonValueKind.String:
                StringChecks.Check(schema, value.GetValue<string>(), path, errors);
                break;
            case "integer" when Integer(value) is { } integer:
                CheckInteger(schema, integer, path, errors);
                break;
            case "boolean" when value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False:
                break;
            default:
                errors.Add(WrongType(ExpectedType(schema, value), value, path));
                break;
        }
    }

    private static void CheckObject(JsonObject schema, JsonObject map, string path, List<FieldError> errors)
    {
        if (schema["x-kubernetes-preserve-unknown-fields"] is not null)
            return;
        CheckCount(schema, map.Count, "Properties", "properties", path, errors);
        foreach (var name in (schema["required"] as JsonArray)?.Select(name => (string)name!) ?? [])
            if (!map.ContainsKey(name))
                errors.Add(new(Join(path, name), "Required value"));

        var properties = schema["properties"] as JsonObject;
        var values = schema["additionalProperties"] as JsonObject;
        foreach (var (name, member) in map)
        {
            // Metadata has no schema of its own: the API server knows it, and a CRD may only restrict the name.
            if (path.Length == 0 && name == "metadata")
                CheckMetadata(properties?[name] as JsonObject, member, errors);
            else if ((properties?[name] ?? values) is JsonObject memberSchema)
                Check(memberSchema, member, Join(path, name), errors);
            else
                errors.Add(new(Join(path, name), "Invalid value: \"\": unknown field"));
        }
    }

    private static void CheckMetadata(JsonObject? schema, JsonNode? metadata, List<FieldError> errors)
    {
        if (metadata is not JsonObject map)
            errors.Add(WrongType("object", metadata, "metadata"));
        else if (schema?["properties"]?["name"] is JsonObject name && map.TryGetPropertyValue("name", out var value))
            Check(name, value, "metadata.name", errors);
    }

    private static void CheckList(JsonObject schema, JsonArray list, string path, List<FieldError> errors)
    {
        CheckCount(schema, list.Count, "Items", "items", path, errors);
        var items = schema["items"]!.AsObject();
        for (var i = 0; i < list.Count; i++)
            Check(items, list[i], $"{path}[{i}]", errors);

        if ((string?)schema["x-kubernetes-list-type"] is not ("map" or "set"))
            return;
        var keys = (schema["x-kubernetes-list-map-keys"] as JsonArray)?.Select(key => (string)key!).Order(StringComparer.Ordinal).ToArray();
        var seen = new HashSet<string>();
        for (var i = 0; i < list.Count; i++)
            if (KeyOf(list[i], keys) is { } key && !seen.Add(key))
                errors.Add(new($"{path}[{i}]", $"Duplicate value: {key}"));
    }

    /// <param name="keys">Sorted, as API servers name them.</param>
    /// <returns>Null when a key is missing, which is an error of its own.</returns>
    private static string? KeyOf(JsonNode? item, string[]? keys)
    {
        if (keys is null)
            return item?.ToJsonString();
        if (item is not JsonObject map || keys.Any(key => !map.ContainsKey(key)))
            return null;
        return new JsonObject(keys.Select(key => KeyValuePair.Create(key, map[key]?.DeepClone()))).ToJsonString();
    }

    private static void CheckCount(JsonObject schema, int count, string suffix, string noun, string path, List<FieldError> errors)
    {
        if ((int?)schema[$"max{suffix}"] is { } most && count > most)
            errors.Add(new(path, $"Too many: {count}: must have at most {most} item{(most == 1 ? "" : "s")}"));
        if ((int?)schema[$"min{suffix}"] is { } least && count < least)
            errors.Add(new(path, $"Invalid value: {count}: {path} in body should have at least {least} {noun}"));
    }

    private static void CheckInteger(JsonObject schema, decimal value, string path, List<FieldError> errors)
    {
        var format = (string?)schema["format"];
        if (format == "int32" ? value is < int.MinValue or > int.MaxValue : value is < long.MinValue or > long.MaxValue)
            errors.Add(new(path, $"Invalid value: {value}: must be of type integer with format {format}"));
        CheckRange(schema, value, path, errors);
    }

    private static void CheckRange(JsonObject schema, decimal value, string path, List<FieldError> errors)
    {
        if (Bound(schema["minimum"]) is { } minimum && value < minimum)
            errors.Add(new(path, $"Invalid value: {value}: {path} in body should be greater than or equal to {minimum}"));
        if (Bound(schema["maximum"]) is { } maximum && value > maximum)
            errors.Add(new(path, $"Invalid value: {value}: {path} in body should be less than or equal to {maximum}"));
    }

    private static decimal? Bound(JsonNode? bound) => bound is null ? null : Integer(bound);

    /// <returns>Null when it isn't a whole number. 2.0 is one, as in JSON Schema.</returns>
    private static decimal? Integer(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number
        && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && decimal.IsInteger(number)
            ? decimal.Truncate(number)
            : null;

    /// <summary>API servers name the format only to numbers of the wrong kind.</summary>
    private static string ExpectedType(JsonObject schema, JsonNode? value) =>
        (value?.GetValueKind() == JsonValueKind.Number && (string?)schema["type"] == "integer" ? (string?)schema["format"] : null)
        ?? (string?)schema["type"]
        ?? "object";

    private static FieldError WrongType(string expected, JsonNode? value, string path)
    {
        var actual = value?.GetValueKind() switch
        {
            null or JsonValueKind.Null => "null",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => Integer(value) is null ? "float64" : "integer",
            _ => "boolean",
        };
        return new(path, $"Invalid value: \"{actual}\": {path} in body must be of type {expected}: \"{actual}\"");
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
