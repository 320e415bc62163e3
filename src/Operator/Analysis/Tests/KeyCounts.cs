using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Analysis.Tests;

/// <summary>How many keys each arm's counts come from, as far as places tell.</summary>
/// <param name="StableEffective">Places of equal traffic that would say as much.</param>
/// <param name="CandidateEffective">Likewise.</param>
/// <param name="Distinct">About how many keys there were.</param>
internal sealed record KeyCounts(double StableEffective, double CandidateEffective, double Distinct)
{
    /// <summary>With fewer in an arm nothing is said of it: the test would hold, but hardly ever show anything, and one key should not decide.</summary>
    public const int FewestEffective = 5;

    /// <summary>
    /// With fewer in an arm nothing is shown to be within a margin: keys that the candidate alone would fail may all be stable's. What is shown is about the keys that the candidate has answered.
    /// </summary>
    public const int FewestToShowSafety = 20;

    public double Fewest => Math.Min(StableEffective, CandidateEffective);

    /// <param name="trials">By place.</param>
    /// <param name="candidates">How many places, from the first on, are the candidate's.</param>
    public static KeyCounts Of(ReadOnlySpan<int> trials, int candidates) => new(
        PlaceTest.Effective(trials[candidates..]), PlaceTest.Effective(trials[..candidates]), Linear(trials));

    /// <summary>Linear counting (Whang, Vander-Zanden, Taylor 1990): about right up to some thousands, "or more" beyond.</summary>
    private static double Linear(ReadOnlySpan<int> trials)
    {
        var empty = 0;
        foreach (var count in trials)
            empty += count == 0 ? 1 : 0;
        return -PlaceEvidence.Places * Math.Log(Math.Max(empty, 0.5) / PlaceEvidence.Places);
    }
}
