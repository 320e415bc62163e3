using Rerank.Contracts.Models;

namespace Rerank.Contracts.Routing;

/// <summary>Exactly one of <see cref="Cache"/> and <see cref="Model"/> is set.</summary>
public sealed record Tier
{
    public required string Name { get; init; }

    public CacheTier? Cache { get; init; }

    public ModelTier? Model { get; init; }
}

/// <param name="MemoryBytes">Bound of the in-process table.</param>
/// <param name="TtlSeconds">Age at which an entry is no longer used.</param>
public sealed record CacheTier(long MemoryBytes, int TtlSeconds);

public sealed record ModelTier
{
    /// <summary>Name of the cluster whose hosts hold the model.</summary>
    public required string Cluster { get; init; }

    /// <summary>Name of the ModelVersion.</summary>
    public required string Model { get; init; }

    public required string Digest { get; init; }

    public required Activation Activation { get; init; }

    /// <summary>Which documents go on to the next tier; null on the last one.</summary>
    public Escalation? Escalation { get; init; }
}

public sealed record Escalation
{
    public required EscalationType Type { get; init; }

    /// <summary>With Margin: thousandths of a logit.</summary>
    public int? MarginMilli { get; init; }

    /// <summary>With Margin: the places that matter when the request doesn't say <c>top_n</c>.</summary>
    public int? TopK { get; init; }
}

public enum EscalationType
{
    /// <summary>Every document goes on.</summary>
    Always,

    /// <summary>
    /// Nothing goes on when the gap between the last place that matters and the next is at least the margin; otherwise the places that matter go
    /// on, and every document that is less than the margin below them.
    /// </summary>
    Margin,
}
