namespace Rerank.Contracts.Evidence;

/// <summary>Buckets of the histograms that routers report: part of the format, since who reads one must know its edges.</summary>
public static class Buckets
{
    /// <summary>Latency buckets per doubling: neighbouring edges differ by 4.4 %.</summary>
    public const int PerDoubling = 16;

    public const int MaxLatency = 400;
    public const int LogitsPerUnit = 8;
    public const int MinLogit = -128;
    public const int MaxLogit = 127;
    public const int Hundredths = 100;

    private const double FirstEdgeSeconds = 0.0001;

    /// <summary>Bucket 0 is up to 0.1 ms, bucket i > 0 above edge i - 1 up to edge i; the last is open above (about 56 minutes).</summary>
    public static int OfLatency(TimeSpan duration)
    {
        var seconds = duration.TotalSeconds;
        return seconds <= FirstEdgeSeconds ? 0 : Math.Min(MaxLatency, (int)Math.Ceiling(Math.Log2(seconds / FirstEdgeSeconds) * PerDoubling - 1e-9));
    }

    /// <summary>Upper edge of a latency bucket, included in it.</summary>
    public static TimeSpan LatencyEdge(int bucket) => TimeSpan.FromSeconds(FirstEdgeSeconds * Math.Pow(2, (double)bucket / PerDoubling));

    /// <summary>Eighths of a logit, rounded down; open at both ends.</summary>
    public static int OfLogit(double logit) => (int)Math.Clamp(Math.Floor(logit * LogitsPerUnit), MinLogit, MaxLogit);

    /// <summary>Lower edge of a logit bucket.</summary>
    public static double LogitEdge(int bucket) => (double)bucket / LogitsPerUnit;

    /// <summary>
    /// Hundredths of a share in [0, 1], rounded up: a test for "too low" then errs in favour of what it tests. Shares of k places are exact for k that
    /// divide 100.
    /// </summary>
    public static int OfShare(double share) => (int)Math.Clamp(Math.Ceiling(share * Hundredths - 1e-9), 0, Hundredths);

    public static double Share(int bucket) => (double)bucket / Hundredths;
}
