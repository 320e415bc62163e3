using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Analysis.Tests;

/// <summary>
/// How far the tests of one share metric have come: all that has to be kept of strata that were read, and of looks at places. Of bounded size, whatever the length of the
/// rollout and the number of routers.
/// </summary>
internal sealed record ShareTest
{
    /// <summary>How much worse, in shares, the candidate may be beyond its margin: bets are spread evenly over these, since nobody knows.</summary>
    private static readonly double[] Gaps = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32];

    /// <summary>What part of the largest share allowed the candidate's may be: likewise.</summary>
    private static readonly double[] Parts = [0.9, 0.75, 0.5, 0.25];

    /// <summary>Stable's share of late: after this many trials, half of their weight is forgotten.</summary>
    private const double Memory = 5000;

    /// <summary>The same where stable's share has to stay near what it is meant to be: there, what was long ago doesn't matter.</summary>
    private const double ShortMemory = 1000;

    /// <summary>How far stable's share may be from what it is meant to be, as a factor either way, for a stratum to show safety.</summary>
    private const double Near = 2;

    /// <summary>The most that one stratum may then add to the logarithm: that it was no longer near is only known afterwards.</summary>
    private const double MostOfNominal = 0.5;

    private const double PriorTrials = 20;
    private const double Least = 1e-6;
    private const double Most = 0.999;

    /// <summary>Variance at which the bounds that are shown are narrowest.</summary>
    private const double TunedVariance = 5;

    /// <summary>What is tested. Evidence of other terms says nothing about these.</summary>
    public required ShareTerms Terms { get; init; }

    /// <summary>Trials of stable of late, and the bad ones among them.</summary>
    public required double RecentTrials { get; init; }

    public required double RecentBad { get; init; }

    /// <summary>ln of what the bets on harm own, by gap, over the whole try.</summary>
    public required IReadOnlyList<double> Harm { get; init; }

    /// <summary>ln of what the bets on being within the margin own, by part, since they began anew.</summary>
    public required IReadOnlyList<double> Safety { get; init; }

    /// <summary>Whether harm was shown at any look of the try, by strata or by places. It stays: that is what the chance of being wrong is about.</summary>
    public bool HarmShown { get; init; }

    /// <summary>Strata in which both arms had trials, over the whole try.</summary>
    public long Strata { get; init; }

    /// <summary>Trials in those strata, and the bad ones.</summary>
    public ShareCounts Counts { get; init; }

    /// <summary>Trials of this epoch.</summary>
    public ShareCounts EpochCounts { get; init; }

    /// <summary>Sums over strata for the difference of shares within strata (Mantel, Haenszel 1959): weights, weighted differences, variance.</summary>
    public double Weight { get; init; }

    public double WeightedDifference { get; init; }

    public double Variance { get; init; }

    /// <summary>The same sums for this epoch alone.</summary>
    public double EpochWeight { get; init; }

    public double EpochWeightedDifference { get; init; }

    /// <summary>The difference within strata of this epoch; null while there is none.</summary>
    public double? EpochDifference => EpochWeight > 0 ? EpochWeightedDifference / EpochWeight : null;

    /// <summary>Looks at places in this epoch.</summary>
    public PlaceLooks Places { get; init; } = PlaceLooks.None;

    public static ShareTest Begin(ShareTerms terms) => new()
    {
        Terms = terms,
        RecentTrials = PriorTrials,
        RecentBad = PriorTrials * terms.Prior,
        Harm = new double[Gaps.Length],
        Safety = new double[Parts.Length],
    };

    /// <summary>e-value of harm: against the candidate's share being at most the margin above stable's in every stratum.</summary>
    public double LogHarm => LogMean(Harm);

    /// <summary>e-value of safety: against the candidate's share being at least the margin above stable's in every stratum.</summary>
    public double LogSafety => LogMean(Safety);

    /// <summary>Another epoch begins.</summary>
    /// <param name="keepsSafety">Whether what showed the candidate to be within the margin goes on counting.</param>
    public ShareTest NextEpoch(bool keepsSafety) => this with
    {
        Safety = keepsSafety ? Safety : new double[Parts.Length],
        EpochCounts = default,
        EpochWeight = 0,
        EpochWeightedDifference = 0,
        Places = PlaceLooks.None with { SafetyShown = keepsSafety && Places.SafetyShown },
    };

    /// <param name="counts">Of one stratum. Each is counted once, in any order.</param>
    /// <param name="isOfEpoch">Whether it belongs to the epoch that runs now.</param>
    public ShareTest With(in ShareCounts counts, bool isOfEpoch)
    {
        var (stableTrials, stableBad, candidateTrials, candidateBad) = counts;
        if (stableTrials < 0 || candidateTrials < 0 || stableBad < 0 || stableBad > stableTrials || candidateBad < 0 || candidateBad > candidateTrials)
            return this;

        // Bets are made before the stratum is seen.
        var stable = Math.Clamp(RecentBad / RecentTrials, Least, 1 - Terms.Margin - 2 * Least);
        double[] harm = [.. Harm], safety = [.. Safety];
        if (stableTrials > 0 && candidateTrials > 0)
        {
            for (var i = 0; i < harm.Length; i++)
            {
                var candidate = Math.Min(stable + Terms.Margin + Gaps[i], Most);
                if (candidate > stable + Terms.Margin + Least)
                    harm[i] += BlockShare.LogHarm(counts, Terms.Margin, stable, candidate);
            }

            for (var i = 0; isOfEpoch && IsNear(stable) && i < safety.Length; i++)
            {
                var gain = BlockShare.LogSafety(counts, Terms.Margin, stable, Parts[i] * (stable + Terms.Margin));
                safety[i] += Terms.IsNominal ? Math.Min(gain, MostOfNominal) : gain;
            }
        }

        var isMet = stableTrials > 0 && candidateTrials > 0;
        double n = stableTrials + candidateTrials, weight = isMet ? stableTrials * (double)candidateTrials / n : 0;
        var pooled = isMet ? (stableBad + candidateBad) / n : 0;
        var difference = isMet ? (candidateBad * (double)stableTrials - stableBad * (double)candidateTrials) / n : 0;
        var forget = RecentTrials > (Terms.IsNominal ? ShortMemory : Memory) ? 0.5 : 1;
        return this with
        {
            RecentTrials = forget * RecentTrials + stableTrials,
            RecentBad = forget * RecentBad + stableBad,
            Harm = harm,
            Safety = safety,
            Strata = Strata + (isMet ? 1 : 0),
            Counts = isMet ? Sum(Counts, counts) : Counts,
            EpochCounts = isOfEpoch ? Sum(EpochCounts, counts) : EpochCounts,
            Weight = Weight + weight,
            WeightedDifference = WeightedDifference + difference,
            EpochWeight = EpochWeight + (isOfEpoch ? weight : 0),
            EpochWeightedDifference = EpochWeightedDifference + (isOfEpoch ? difference : 0),
            Variance = Variance + weight * pooled * (1 - pooled),
        };
    }

    /// <summary>
    /// The difference within strata, with bounds that hold at all looks for large counts (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, Time-uniform central limit theory and asymptotic
    /// confidence sequences, Ann. Statist. 52, 2024). They are shown to people; verdicts come from the e-values, which hold for small counts too.
    /// </summary>
    public (double Estimate, Interval Bounds)? Difference(double alpha)
    {
        if (Weight <= 0)
            return null;
        var variance = Math.Max(Variance, 0.25);
        var radius = Math.Sqrt((variance + TunedVariance) * 2 * Math.Log(Math.Sqrt((variance + TunedVariance) / TunedVariance) / alpha)) / Weight;
        var estimate = WeightedDifference / Weight;
        return (estimate, new(Math.Max(-1, estimate - radius), Math.Min(1, estimate + radius)));
    }

    public static ShareCounts Sum(in ShareCounts a, in ShareCounts b) => new(
        a.StableTrials + b.StableTrials, a.StableBad + b.StableBad, a.CandidateTrials + b.CandidateTrials, a.CandidateBad + b.CandidateBad);

    private bool IsNear(double stable) => !Terms.IsNominal || (stable <= Near * Terms.Prior && stable >= Terms.Prior / Near);

    private static double LogMean(IReadOnlyList<double> logs)
    {
        var most = logs.Max();
        return most + Math.Log(logs.Sum(log => Math.Exp(log - most)) / logs.Count);
    }
}

/// <summary>Looks at places within an epoch.</summary>
internal sealed record PlaceLooks
{
    public static PlaceLooks None { get; } = new();

    /// <summary>How many looks there were.</summary>
    public int Done { get; init; }

    /// <summary>p-values of the last look, and the levels that they were compared with; null before the first one that saw both arms.</summary>
    public double? Harm { get; init; }

    public double? HarmLevel { get; init; }

    public double? Safety { get; init; }

    /// <summary>Whether the last look showed the candidate to be within the margin.</summary>
    public bool SafetyShown { get; init; }
}
