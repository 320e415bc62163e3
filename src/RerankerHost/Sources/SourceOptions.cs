namespace Rerank.RerankerHost.Sources;

/// <summary>How patient downloads are.</summary>
internal sealed record SourceOptions
{
    /// <summary>Requests in a row that bring nothing new before the source counts as unavailable.</summary>
    public int MostFutileAttempts { get; init; } = 5;

    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection that brings no byte for this long is given up.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
