using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s.Models;
using Rerank.Operator.Runtime.Crds.Validation;

namespace Rerank.Operator.Runtime.Crds;

/// <summary>
/// C# types as structural OpenAPI schemas. Refuses what <see cref="ApiConventions"/> forbid, so that a bad API doesn't get as far as a cluster.
/// </summary>
/// <param name="docs">Null: write no descriptions, for validation alone.</param>
public sealed class SchemaWriter(XmlDocs? docs)
{
    private readonly NullabilityInfoContext _nullability = new();
    private readonly Stack<Type> _path = [];

    /// <param name="isSpec">Whether the members are set by users; those need tighter bounds.</param>
    public JsonObject WriteObject(Type type, bool isSpec)
    {
        if (_path.Contains(type))
            throw new SchemaException(type.Name, "must not contain itself");
        _path.Push(type);

        var properties = new JsonObject();
        var required = new List<string>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var name = NameOf(property);
            properties.Add(name, WriteProperty(property, isSpec));
            if (property.IsDefined(typeof(RequiredAttribute)))
                required.Add(name);
        }

        _path.Pop();
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
            schema["required"] = new JsonArray([.. required.Order(StringComparer.Ordinal)]);
        AddRules(schema, type, type.Name);
        return schema;
    }

    public JsonObject WriteProperty(PropertyInfo property, bool isSpec)
    {
        var schema = WriteType(property.PropertyType, property, isSpec);
        if (docs is not null)
            schema["description"] = docs.Of(property);
        AddRules(schema, property, ApiConventions.Member(property));

        var nullable = _nullability.Create(property).ReadState == NullabilityState.Nullable;
        ApiConventions.Check(property, NameOf(property), schema, isSpec, nullable, documented: docs is not null);
        if (property.GetCustomAttribute<DefaultValueAttribute>() is { } value)
            AddDefault(schema, property, value);
        return schema;
    }

    private JsonObject WriteType(Type declared, PropertyInfo property, bool isSpec)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (property.IsDefined(typeof(PreserveUnknownFieldsAttribute)))
            return new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        if (type == typeof(string))
            return WriteString(property);
        if (type == typeof(int) || type == typeof(long))
            return WithRange(new() { ["type"] = "integer", ["format"] = type == typeof(int) ? "int32" : "int64" }, property);
        if (type == typeof(bool))
            return new() { ["type"] = "boolean" };
        if (type == typeof(DateTime))
            return new() { ["type"] = "string", ["format"] = "date-time" };
        if (type == typeof(ResourceQuantity))
            return WriteQuantity(property);
        if (type.IsEnum)
            return new() { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(type)]) };
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
            return WriteList(type.GetGenericArguments()[0], property, isSpec);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>) && type.GetGenericArguments()[0] == typeof(string))
            return WriteMap(type.GetGenericArguments()[1], property, isSpec);
        if (type.IsClass && type.GetConstructor(Type.EmptyTypes) is not null)
            return WriteObject(type, isSpec);
        throw new SchemaException(ApiConventions.Member(property), $"must not be of type {type.Name}: it has no schema (numbers are whole: permille, milli or a quantity)");
    }

    private static JsonObject WriteString(PropertyInfo property)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (property.GetCustomAttribute<LengthAttribute>() is { } length)
        {
            if (length.MinLength > 0)
                schema["minLength"] = length.MinLength;
            if (length.MaxLength > 0)
                schema["maxLength"] = length.MaxLength;
        }

        if (property.GetCustomAttribute<PatternAttribute>() is { } pattern)
            schema["pattern"] = pattern.RegexPattern;
        return schema;
    }

    /// <summary>Not negative: the pattern says so of text, the minimum of numbers.</summary>
    private static JsonObject WriteQuantity(PropertyInfo property) => WithRange(
        new()
        {
            ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }),
            ["x-kubernetes-int-or-string"] = true,
            ["maxLength"] = ApiConventions.QuantityLength,
            ["minimum"] = 0,
            ["pattern"] = property.GetCustomAttribute<PatternAttribute>()?.RegexPattern ?? ApiConventions.QuantityPattern,
        },
        property);

    private JsonObject WriteList(Type item, PropertyInfo property, bool isSpec)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = WriteType(item, property, isSpec) };
        if (property.GetCustomAttribute<ItemsAttribute>() is { } items)
        {
            schema["maxItems"] = items.MaxItems;
            if (items.MinItems > 0)
                schema["minItems"] = items.MinItems;
        }

        if (property.GetCustomAttribute<XListTypeAttribute>() is { } listType)
            schema["x-kubernetes-list-type"] = listType.Type.ToString().ToLowerInvariant();
        if (property.GetCustomAttribute<XListMapKeysAttribute>() is { } keys)
            schema["x-kubernetes-list-map-keys"] = new JsonArray([.. keys.Keys]);
        return schema;
    }

    private JsonObject WriteMap(Type value, PropertyInfo property, bool isSpec)
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = WriteType(value, property, isSpec) };
        if (property.GetCustomAttribute<PropertyLimitsAttribute>() is { } limits)
        {
            schema["maxProperties"] = limits.MaxProperties;
            if (limits.MinProperties > 0)
                schema["minProperties"] = limits.MinProperties;
        }

        return schema;
    }

    private static JsonObject WithRange(JsonObject schema, PropertyInfo property)
    {
        if (property.GetCustomAttribute<RangeMinimumAttribute>() is { } minimum)
            schema["minimum"] = minimum.Minimum;
        if (property.GetCustomAttribute<RangeMaximumAttribute>() is { } maximum)
            schema["maximum"] = maximum.Maximum;
        return schema;
    }

    private static void AddRules(JsonObject schema, MemberInfo source, string member)
    {
        var rules = new JsonArray();
        foreach (var attribute in source.GetCustomAttributes<ValidationRuleAttribute>())
        {
            if (attribute.Message is null && attribute.MessageExpression is null)
                throw new SchemaException(member, $"must have a message for the rule \"{attribute.Rule}\"");
            var rule = new JsonObject { ["rule"] = attribute.Rule };
            if (attribute.FieldPath is not null)
                rule["fieldPath"] = attribute.FieldPath;
            if (attribute.Message is not null)
                rule["message"] = attribute.Message;
            if (attribute.MessageExpression is not null)
                rule["messageExpression"] = attribute.MessageExpression;
            rules.Add(rule);
        }

        if (rules.Count == 0)
            return;

        // A member of class type has the rules of its type and its own.
        if (schema["x-kubernetes-validations"] is JsonArray present)
            foreach (var rule in rules)
                present.Add(rule!.DeepClone());
        else
            schema["x-kubernetes-validations"] = rules;
    }

    private static void AddDefault(JsonObject schema, PropertyInfo property, DefaultValueAttribute attribute)
    {
        var value = attribute.Json ? JsonNode.Parse((string)attribute.Value) : JsonSerializer.SerializeToNode(attribute.Value);
        var filled = SchemaDefaults.Apply(schema, value);
        if (SchemaValidator.Validate(schema, filled) is [var error, ..])
            throw new SchemaException(ApiConventions.Member(property), $"must not have a default that its own schema refuses: {error}");
        // In full, because an API server checks a default by the rules in CEL before it fills in those of its members.
        schema["default"] = filled;
    }

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
