using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rerank.Operator.Runtime.Crds;

/// <summary>What Kubernetes' API conventions ask of a member, as far as a program can tell.</summary>
internal static partial class ApiConventions
{
    public const int MaxColumns = 7;
    public const int QuantityLength = 32;

    /// <summary>A number that isn't negative, with a binary, decimal or exponent suffix.</summary>
    public const string QuantityPattern = @"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$";

    /// <summary>Above it, programs that read JSON numbers as doubles lose digits.</summary>
    private const long MaxInteger = 1L << 53;

    private static readonly string[] TimeSuffixes = ["Interval", "Duration", "Timestamp"];

    public static string Member(PropertyInfo property) => $"{property.DeclaringType!.Name}.{property.Name}";

    public static void Check(PropertyInfo property, string name, JsonObject schema, bool isSpec, bool nullable, bool documented)
    {
        var member = Member(property);
        CheckName(member, name);
        CheckShape(member, schema, isSpec);
        if (documented && string.IsNullOrEmpty((string?)schema["description"]))
            throw new SchemaException(member, "must have a doc comment, which becomes its description");

        var required = property.IsDefined(typeof(RequiredAttribute));
        var hasDefault = property.IsDefined(typeof(DefaultValueAttribute));
        if (required && (hasDefault || nullable))
            throw new SchemaException(member, "must not be both required and nullable or defaulted");
        if (isSpec && !required && !hasDefault && !nullable)
            throw new SchemaException(member, "must be required, have a default or be nullable, because an absent member would get a default that nobody sees");
    }

    private static void CheckName(string member, string name)
    {
        if (!CamelCase().IsMatch(name))
            throw new SchemaException(member, $"must not be named \"{name}\": names are camelCase");
        if (name == "phase")
            throw new SchemaException(member, "must not be named \"phase\": use conditions");
        if (IsPrefix().IsMatch(name))
            throw new SchemaException(member, $"must not be named \"{name}\": leave the \"is\" away");
        if (TimeSuffixes.FirstOrDefault(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) is { } suffix)
            throw new SchemaException(member, $"must not be named \"{name}\": instead of \"{suffix}\", numbers end in their unit (`...Seconds`) and points in time in `...Time`");
    }

    private static void CheckShape(string member, JsonObject schema, bool isSpec)
    {
        switch ((string?)schema["type"])
        {
            case "string":
                CheckString(member, schema);
                break;
            case "integer":
                CheckInteger(member, schema, isSpec);
                break;
            case "array":
                CheckList(member, schema, isSpec);
                break;
            case "object" when schema["additionalProperties"] is JsonObject values:
                if (schema["maxProperties"] is null)
                    throw new SchemaException(member, "must have a greatest number of entries");
                if (values["properties"] is not null)
                    throw new SchemaException(member, "must not be a map of objects: use a list with a key");
                CheckShape(member, values, isSpec);
                break;
        }

        if ((string?)schema["pattern"] is { } pattern)
            CheckPattern(member, pattern);
    }

    private static void CheckString(string member, JsonObject schema)
    {
        if (schema["maxLength"] is null && schema["enum"] is null && schema["format"] is null)
            throw new SchemaException(member, "must have a greatest length, or be an enum");
        if (schema["enum"] is JsonArray values && values.FirstOrDefault(value => !EnumValue().IsMatch((string)value!)) is { } bad)
            throw new SchemaException(member, $"must not have the value \"{bad}\": values are CamelCase with a capital first letter");
    }

    private static void CheckInteger(string member, JsonObject schema, bool isSpec)
    {
        if (schema["minimum"] is null || (isSpec && schema["maximum"] is null))
            throw new SchemaException(member, isSpec ? "must have a minimum and a maximum" : "must have a minimum");
        if ((long?)schema["minimum"] < -MaxInteger || (long?)schema["maximum"] > MaxInteger)
            throw new SchemaException(member, "must lie within 53 bits");
    }

    private static void CheckList(string member, JsonObject schema, bool isSpec)
    {
        if (schema["maxItems"] is null)
            throw new SchemaException(member, "must have a greatest number of items");
        if ((string?)schema["x-kubernetes-list-type"] is not { } listType)
            throw new SchemaException(member, "must say what kind of list it is");
        if (listType == "map" != schema["x-kubernetes-list-map-keys"] is not null)
            throw new SchemaException(member, "must have map keys when it is a list of type map, and only then");
        var items = schema["items"]!.AsObject();
        if ((string?)items["type"] == "array")
            throw new SchemaException(member, "must not be a list of lists");
        CheckShape(member, items, isSpec);
    }

    /// <summary>API servers use RE2, <see cref="Validation.SchemaValidator"/> uses .NET: only what both understand in the same way.</summary>
    private static void CheckPattern(string member, string pattern)
    {
        if (!pattern.StartsWith('^') || !pattern.EndsWith('$'))
            throw new SchemaException(member, "must have a pattern with both anchors");
        if (CharacterClass().IsMatch(pattern))
            throw new SchemaException(member, @"must have a pattern without \s, \d, \w and \b, which differ between regular expression engines");
    }

    [GeneratedRegex("^[a-z][a-zA-Z0-9]*$")]
    private static partial Regex CamelCase();

    [GeneratedRegex("^is[A-Z]")]
    private static partial Regex IsPrefix();

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*$")]
    private static partial Regex EnumValue();

    [GeneratedRegex(@"\\[sdwbSDWB]")]
    private static partial Regex CharacterClass();
}
