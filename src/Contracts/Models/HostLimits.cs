namespace Rerank.Contracts.Models;

/// <summary>What the routers of a pipeline allow, so that its hosts take it too. A host's own limits hold where they are larger.</summary>
public sealed record HostLimits
{
    /// <summary>What hosts take without being told. Hosts of earlier versions can't be told more, and refuse a model set that tries to.</summary>
    public static HostLimits Default { get; } = new() { MaxDocuments = 1000, MaxBodyBytes = 8 * 1024 * 1024, RequestTimeoutMilliseconds = 30_000 };

    public required int MaxDocuments { get; init; }

    /// <summary>Of a caller's request. That to a host may be larger (<see cref="Scoring.ScoreApi.MostBodyBytes"/>).</summary>
    public required long MaxBodyBytes { get; init; }

    public required int RequestTimeoutMilliseconds { get; init; }

    public bool IsWithin(HostLimits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return MaxDocuments <= other.MaxDocuments && MaxBodyBytes <= other.MaxBodyBytes && RequestTimeoutMilliseconds <= other.RequestTimeoutMilliseconds;
    }
}
