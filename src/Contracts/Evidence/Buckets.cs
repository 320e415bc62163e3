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

    /// <summary>How many buckets <see cref="OfBestScore"/> has.</summary>
    public const int BestScores = 64;

    private const double FirstEdgeSeconds = 0.0001;

    /// <summary>Bucket 0 is up to 0.1 ms, bucket i > 0 above edge i - 1 up to edge i; the last is open above (about 56 minutes).</summary>
    public static int OfLatency(TimeSpan duration)
    {
        var seconds = duration.TotalSeconds;
        return seconds <= FirstEdgeSeconds ? 0 : Math.Min(MaxLatency, (int)Math.Ceiling(Math.Log2(seconds / FirstEdgeSeconds) * PerDoubling - 1e-9));
    }

    /// <summary>Upper edge of a latency bucket, included in it.</summary>
    public static TimeSpan LatencyEdge(int bucket) => TimeSpan.FromSeconds(FirstEdgeSeconds * Math.Pow(2, (double)bucket / PerDoubling));

    /// <summary>The least number of latency buckets that makes up a ratio.</summary>
    public static int LatencySteps(double ratio) => (int)Math.Ceiling(Math.Log2(ratio) * PerDoubling - 1e-9);

    /// <summary>The ratio that a number of latency buckets makes up.</summary>
    public static double LatencyRatio(int steps) => Math.Pow(2, (double)steps / PerDoubling);

    /// <summary>Eighths of a logit, rounded down; open at both ends.</summary>
    public static int OfLogit(double logit) => (int)Math.Clamp(Math.Floor(logit * LogitsPerUnit), MinLogit, MaxLogit);

    /// <summary>Lower edge of a logit bucket.</summary>
    public static double LogitEdge(int bucket) => (double)bucket / LogitsPerUnit;

    /// <summary>
    /// From 0 to <see cref="BestScores"/> - 1: quarters of a logit up to 4 on either side of zero, halves up to 8, ones up to 16; open at both ends.
    /// </summary>
    public static int OfBestScore(double logit)
    {
        var size = Math.Abs(logit);
        var bucket = size < 4 ? 4 * size : size < 8 ? 16 + 2 * (size - 4) : 24 + Math.Min(size - 8, 7);
        return BestScores / 2 + (logit < 0 ? -1 - (int)bucket : (int)bucket);
    }

    /// <summary>
    /// Hundredths of a share in [0, 1], rounded up: a test for "too low" then errs in favour of what it tests. Shares of k places are exact for k that
    /// divide 100.
    /// </summary>
    public static int OfShare(double share) => (int)Math.Clamp(Math.Ceiling(share * Hundredths - 1e-9), 0, Hundredths);

    public static double Share(int bucket) => (double)bucket / Hundredths;
}
