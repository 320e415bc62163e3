using Rerank.Contracts.Evidence;

namespace Rerank.Operator.Analysis.Statistics;

/// <summary>
/// How much larger the candidate's quantile of latency is than stable's, in steps of one bucket (a factor of 2^(1/16)). Bounds are those of both
/// quantiles with half of the error each: the candidate's quantile is above the bucket that stable's upper bound moves to exactly when the share of
/// the candidate's answers above its edge is shown to be more than 1 - q. That stable's bound, and so this edge, is random costs nothing more, since
/// a higher edge only makes the second test harder.
/// </summary>
internal static class QuantileRatio
{
    /// <summary>The least number of steps that makes up a ratio.</summary>
    public static int Steps(double ratio) => (int)Math.Ceiling(Math.Log2(ratio) * Buckets.PerDoubling - 1e-9);

    public static double Ratio(int steps) => Math.Pow(2, (double)steps / Buckets.PerDoubling);

    /// <summary>Null when either has no values.</summary>
    public static int? Estimate(Tally stable, Tally candidate, double share) => candidate.Quantile(share) - stable.Quantile(share);

    /// <summary>Null where there is no bound yet.</summary>
    public static (int? Lower, int? Upper) Bounds(Tally stable, Tally candidate, double share, double alpha) => (
        Quantile.Lower(candidate, share, alpha / 2) - Edge(Quantile.Upper(stable, share, alpha / 2)),
        Edge(Quantile.Upper(candidate, share, alpha / 2)) - Quantile.Lower(stable, share, alpha / 2));

    /// <summary>The last bucket has no upper edge.</summary>
    private static int? Edge(int? bucket) => bucket < Buckets.MaxLatency ? bucket : null;
}
