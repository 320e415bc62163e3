namespace Rerank.Operator.Runtime.Crds;

/// <summary>A type can't become part of an API, because it breaks a rule of Kubernetes or of its API conventions.</summary>
public sealed class SchemaException(string member, string rule) : Exception($"{member}: {rule}")
{
    public string Member { get; } = member;
}
