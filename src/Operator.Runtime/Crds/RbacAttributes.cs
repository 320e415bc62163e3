namespace Rerank.Operator.Runtime.Crds;

[Flags]
public enum RbacVerb
{
    None = 0,
    Get = 1,
    List = 2,
    Watch = 4,
    Create = 8,
    Update = 16,
    Patch = 32,
    Delete = 64,
}

/// <summary>What a controller does with kinds of object; config/rbac and the chart's roles are generated from it.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class EntityRbacAttribute(params Type[] entities) : Attribute
{
    public IReadOnlyList<Type> Entities { get; } = entities;

    public RbacVerb Verbs { get; init; }
}

/// <summary>As <see cref="EntityRbacAttribute"/>, for what isn't a kind of its own, such as subresources.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class GenericRbacAttribute : Attribute
{
    public string[] Groups { get; init; } = [];

    public string[] Resources { get; init; } = [];

    /// <summary>Needed only where the operator itself runs (its lease, say), whatever namespaces it watches.</summary>
    public bool OperatorNamespaceOnly { get; init; }

    public RbacVerb Verbs { get; init; }
}
