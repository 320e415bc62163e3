namespace Rerank.Contracts.Routing;

/// <summary>Bounds of a routing table. Whoever lets people ask for something and whoever takes a table in have the same, or a spec could be accepted that no router takes.</summary>
public static class RoutingLimits
{
    /// <summary>Of a request.</summary>
    public const int MaxDocuments = 10_000;

    /// <summary>Of a request's body.</summary>
    public const int MaxBodyBytes = 100 * 1024 * 1024;

    /// <summary>What a byte of a body takes at most while its request is answered: the buffer, which may be twice as large, the text in UTF-16, and as much again for what is made of it.</summary>
    public const int MemoryOfBodyByte = 6;

    /// <summary>The longest time limit of a request.</summary>
    public const int MaxRequestTimeoutMilliseconds = 600_000;

    /// <summary>Hedging earlier would double the work of a good part of all requests, were it not for its budget.</summary>
    public const int MinHedgingPercentile = 50;

    public const int MaxHedgingPercentile = 99;

    /// <summary>A tenth of all work: more would make a pool that is slow for its load slower.</summary>
    public const int MaxHedgingExtraPermille = 100;

    public const long MaxCacheBytes = 64L * 1024 * 1024 * 1024;

    /// <summary>Ten pairs for comparison for each that is scored for an answer: more than a router could use.</summary>
    public const int MaxShadowCostPermille = 10_000;

    /// <summary>Whose pages may call.</summary>
    public const int MaxAllowedOrigins = 64;

    public const int MaxOriginLength = 300;

    /// <summary>An origin as browsers send it, or <c>*</c>.</summary>
    public const string OriginPattern = @"^(\*|[a-z][a-z0-9+.-]*://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[0-9]{1,5})?)$";
}
