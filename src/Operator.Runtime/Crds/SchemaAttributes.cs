namespace Rerank.Operator.Runtime.Crds;

// The names are those of KubeOps.Abstractions' attributes, as far as this project uses them. Descriptions are the types' doc comments.

/// <summary>The member must be there.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;

/// <summary>Regular expression (RE2) that a string must match as a whole; write the anchors.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatternAttribute(string regexPattern) : Attribute
{
    public string RegexPattern { get; } = regexPattern;
}

[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeMinimumAttribute(long minimum) : Attribute
{
    public long Minimum { get; } = minimum;
}

[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeMaximumAttribute(long maximum) : Attribute
{
    public long Maximum { get; } = maximum;
}

/// <summary>Characters of a string, or of each value of a map of strings or list of strings.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LengthAttribute(int minLength = 0, int maxLength = 0) : Attribute
{
    public int MinLength { get; } = minLength;

    /// <summary>0: no limit given here (the schema writer refuses a string without one).</summary>
    public int MaxLength { get; } = maxLength;
}

/// <summary>Members of a list.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemsAttribute(int minItems, int maxItems) : Attribute
{
    public int MinItems { get; } = minItems;

    public int MaxItems { get; } = maxItems;
}

/// <summary>Entries of a map.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PropertyLimitsAttribute(int minProperties, int maxProperties) : Attribute
{
    public int MinProperties { get; } = minProperties;

    public int MaxProperties { get; } = maxProperties;
}

/// <summary>Value that the API server stores when the member is absent; of the member's type, or JSON text for an object.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultValueAttribute(object value) : Attribute
{
    public object Value { get; } = value;

    /// <summary>Whether <see cref="Value"/> is JSON text.</summary>
    public bool Json { get; init; }
}

public enum XListType
{
    Atomic,
    Set,
    Map,
}

[AttributeUsage(AttributeTargets.Property)]
public sealed class XListTypeAttribute(XListType type) : Attribute
{
    public XListType Type { get; } = type;
}

[AttributeUsage(AttributeTargets.Property)]
public sealed class XListMapKeysAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>A CEL rule (x-kubernetes-validations).</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true)]
public sealed class ValidationRuleAttribute(string rule, string? fieldPath = null, string? message = null, string? messageExpression = null) : Attribute
{
    public string Rule { get; } = rule;

    public string? FieldPath { get; } = fieldPath;

    public string? Message { get; } = message;

    public string? MessageExpression { get; } = messageExpression;
}

/// <summary>A Kubernetes object whose schema is left to the API server that the operator applies it to; unknown members are kept.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PreserveUnknownFieldsAttribute : Attribute;

[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityShortNamesAttribute(params string[] shortNames) : Attribute
{
    public IReadOnlyList<string> ShortNames { get; } = shortNames;
}

[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityCategoriesAttribute(params string[] categories) : Attribute
{
    public IReadOnlyList<string> Categories { get; } = categories;
}

/// <summary>What the object's own name must be, where Kubernetes' rule for names (253 characters, dots allowed) is too wide.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ObjectNameAttribute(int maxLength, string pattern) : Attribute
{
    public int MaxLength { get; } = maxLength;

    public string Pattern { get; } = pattern;
}

/// <summary>A column of <c>kubectl get</c>, in the order of the attributes.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class GenericAdditionalPrinterColumnAttribute(string jsonPath, string name, string type) : Attribute
{
    public string JsonPath { get; } = jsonPath;

    public string Name { get; } = name;

    public string Type { get; } = type;

    public string? Description { get; init; }

    public string? Format { get; init; }

    /// <summary>0: always shown; 1: with <c>-o wide</c>.</summary>
    public int Priority { get; init; }
}
