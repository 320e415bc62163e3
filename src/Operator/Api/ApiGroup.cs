namespace Rerank.Operator.Api;

/// <summary>Names that belong to the API itself.</summary>
internal static class ApiGroup
{
    public const string Name = "rerank.dev";
    public const string Version = "v1alpha1";
    public const string GroupVersion = $"{Name}/{Version}";
}
