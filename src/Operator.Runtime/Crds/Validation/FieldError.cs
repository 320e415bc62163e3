namespace Rerank.Operator.Runtime.Crds.Validation;

/// <summary>What is wrong with one field, worded as an API server does.</summary>
/// <param name="Path">As <c>spec.tiers[0].name</c>.</param>
public readonly record struct FieldError(string Path, string Message)
{
    public override string ToString() => $"{Path}: {Message}";
}
