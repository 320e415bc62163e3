using Rerank.Operator.Analysis;

namespace Rerank.Operator.Sources.Prometheus;

/// <summary>What the answers for one revision are.</summary>
internal sealed record ArmAnswers(string Revision, QueryAnswer Successes, QueryAnswer Trials);

/// <summary>When answers are counts that a candidate may be judged by. Pure.</summary>
internal static class CountRules
{
    // increase() extrapolates to the ends of its window, and so may fall a little while what it measures doesn't.
    private const int ToleratedFallPercent = 10;
    private const long ToleratedFall = 10;

    public static ExternalCounts Of(ArmAnswers stable, ArmAnswers candidate)
    {
        var error = Failure(stable) ?? Failure(candidate) ?? Contradiction(stable) ?? Contradiction(candidate);
        return error is null ? new(CountsOf(stable), CountsOf(candidate), null) : ExternalCounts.Failed(error);
    }

    /// <summary>
    /// Counts since a fixed time only rise. Those that fell a good deal lost something, and half of the evidence must not be taken for all of it:
    /// a counter began anew in a query without <c>increase()</c>, or series vanished. They count again when they have caught up.
    /// </summary>
    /// <param name="highest">Most trials of each revision so far.</param>
    public static ExternalCounts NotFallen(ExternalCounts counts, HighestCounts highest)
    {
        if (counts is not { Stable: { } stable, Candidate: { } candidate })
            return counts;
        if (HasFallen(stable.Trials, highest.Stable))
            return Fallen("the stable revision", stable.Trials, highest.Stable);
        return HasFallen(candidate.Trials, highest.Candidate) ? Fallen("the candidate", candidate.Trials, highest.Candidate) : counts;
    }

    private static string? Failure(ArmAnswers arm)
    {
        if (arm.Successes.Error is { } success)
            return $"successQuery of revision \"{arm.Revision}\" {success}.";
        return arm.Trials.Error is { } trials ? $"totalQuery of revision \"{arm.Revision}\" {trials}." : null;
    }

    private static string? Contradiction(ArmAnswers arm) => arm.Successes.Count > arm.Trials.Count
        ? $"The queries of revision \"{arm.Revision}\" give {arm.Successes.Count} successes of {arm.Trials.Count} trials: totalQuery must count successes too."
        : null;

    private static ArmCounts CountsOf(ArmAnswers arm) => new(arm.Successes.Count, arm.Trials.Count);

    private static bool HasFallen(long count, long highest) => count < highest - Math.Max(ToleratedFall, highest * ToleratedFallPercent / 100);

    private static ExternalCounts Fallen(string arm, long count, long highest) => ExternalCounts.Failed(
        $"The trials of {arm} fell from {highest} to {count}: a counter was reset. Count with increase() over the window, which heeds resets.");
}

/// <summary>Most trials seen.</summary>
internal readonly record struct HighestCounts(long Stable, long Candidate)
{
    public HighestCounts With(ExternalCounts counts) =>
        new(Math.Max(Stable, counts.Stable?.Trials ?? 0), Math.Max(Candidate, counts.Candidate?.Trials ?? 0));
}
