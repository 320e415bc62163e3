using System.Text.Json.Serialization;

namespace Rerank.RolloutStudy.Scenarios;

/// <summary>What became of a scenario's rollouts: a line of output.</summary>
/// <param name="Name">Of the scenario.</param>
/// <param name="Rollouts">How many there were.</param>
/// <param name="RolledBack">Rejected before they were promoted.</param>
/// <param name="Returned">Promoted, and rejected in the bake.</param>
/// <param name="Promoted">Promoted, and baked.</param>
/// <param name="Undecided">Neither: the rollout hadn't ended after twice its time, or traffic was withheld.</param>
/// <param name="MedianSecondsToVerdict">Of those that were rejected, since the first step began; null when none was.</param>
/// <param name="MedianCandidateRequests">Likewise, requests that the candidate was assigned until then.</param>
internal sealed record ScenarioResult(
    string Name, int Rollouts, int RolledBack, int Returned, int Promoted, int Undecided, double? MedianSecondsToVerdict, double? MedianCandidateRequests)
{
    /// <summary>Of the undecided ones, those of which a router took the traffic away and couldn't show whose fault it was, so that the operator asks a person.</summary>
    [JsonIgnore]
    public int Withheld { get; init; }

    /// <summary>Of the undecided ones, those that were still waiting when the time was over.</summary>
    [JsonIgnore]
    public int Waiting => Undecided - Withheld;

    public static ScenarioResult Of(string name, IReadOnlyList<RolloutEnd> ends)
    {
        var rejected = ends.Where(end => end.How is Ending.RolledBack or Ending.Returned).ToList();
        return new(
            name,
            ends.Count,
            Count(Ending.RolledBack),
            Count(Ending.Returned),
            Count(Ending.Promoted),
            Count(Ending.Undecided) + Count(Ending.Withheld),
            Median(rejected.Select(end => (double)end.Seconds)),
            Median(rejected.Select(end => (double)end.CandidateRequests)))
        {
            Withheld = Count(Ending.Withheld),
        };

        int Count(Ending how) => ends.Count(end => end.How == how);
    }

    private static double? Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? null : 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }
}

internal enum Ending
{
    RolledBack,
    Returned,
    Promoted,
    Undecided,
    Withheld,
}

/// <param name="Seconds">Since the first step began.</param>
/// <param name="CandidateRequests">That the candidate was assigned.</param>
/// <param name="Pairs">Requests that were compared.</param>
/// <param name="Reason">Of the rejection, or why it was undecided.</param>
internal sealed record RolloutEnd(Ending How, int Seconds, long CandidateRequests, long Pairs, string Reason);
