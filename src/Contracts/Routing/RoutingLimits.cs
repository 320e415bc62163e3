namespace Rerank.Contracts.Routing;

/// <summary>Bounds of a routing table. Whoever lets people ask for something and whoever takes a table in have the same, or a spec could be accepted that no router takes.</summary>
public static class RoutingLimits
{
    public const long MaxCacheBytes = 64L * 1024 * 1024 * 1024;

    /// <summary>Ten pairs for comparison for each that is scored for an answer: more than a router could use.</summary>
    public const int MaxShadowCostPermille = 10_000;
}
