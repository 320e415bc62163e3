namespace Rerank.Contracts.Evidence;

/// <summary>
/// Names of the shares that a router counts of both arms: of so many trials, so many were bad. A share is named by what is bad, so that more is always worse.
/// </summary>
public static class Shares
{
    /// <summary>Trials: requests assigned to the arm. Bad: those that it gave no answer to through its own fault.</summary>
    public const string Errors = "errors";

    /// <summary>Trials: requests assigned to the arm. Bad: answers without the tier that should have decided.</summary>
    public const string Degraded = "degraded";

    /// <summary>Trials: answers that are old enough for feedback. Bad: those without a click or an accept.</summary>
    public const string Unclicked = "unclicked";

    /// <summary>
    /// Trials: answers that are old enough for feedback. Bad: with the probability of 1 less the reciprocal rank of what was clicked or accepted first, drawn once
    /// for each answer. So the share of bad ones has 1 less the mean reciprocal rank for its mean, and every test for shares holds for it.
    /// </summary>
    public const string RankMissed = "rankMissed";

    private const string SlowPrefix = "slow/";

    /// <summary>
    /// Trials: answers for which neither arm had anything in a cache. Bad, of stable: slower than a threshold that was fixed before the stratum began. Bad, of the
    /// candidate: slower than that threshold times the metric's ratio.
    /// </summary>
    /// <param name="metric">Name of the latency metric.</param>
    public static string Slow(string metric) => SlowPrefix + metric;
}
