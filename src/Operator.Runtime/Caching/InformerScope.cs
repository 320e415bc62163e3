namespace Rerank.Operator.Runtime.Caching;

/// <summary>Which objects of a kind are followed.</summary>
internal sealed record InformerScope
{
    /// <summary>Null for all namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>Null for all objects.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>The cluster may not serve this kind; then there simply are none.</summary>
    public bool Optional { get; init; }

    /// <summary>Whether nothing can be done as long as objects of the kind can't be listed.</summary>
    public bool Required { get; init; } = true;
}
