using Rerank.Router.Tiers;

namespace Rerank.Router.Shadow;

/// <summary>What two arms' rankings of one request have in common.</summary>
/// <param name="LogitShift">Mean of candidate's logit less stable's; null when no document was judged by the same tier of both.</param>
internal readonly record struct Comparison(double Overlap, double RankBiasedOverlap, double KendallTau, bool SameFirst, double? LogitShift)
{
    /// <summary>Logits of the first places, where both are the full model's.</summary>
    public (float Stable, float Candidate)? BestLogits { get; init; }

    private const double Persistence = 0.9;

    /// <summary>Of rankings of the same request with at least two distinct passages, which are what is ranked: documents that are equal can't differ.</summary>
    public static Comparison Of(Judgement stable, Judgement candidate, int comparedPlaces)
    {
        var left = PassagesOf(stable);
        var right = PassagesOf(candidate);

        // Of so few passages any ranking has most in common with any other: only the better half is looked at.
        var places = left.Length < 2 * comparedPlaces ? Math.Max(1, left.Length / 2) : comparedPlaces;
        return new Comparison(
            Agreement.Overlap(left, right, places),
            Agreement.RankBiasedOverlap(left, right, Persistence),
            Agreement.KendallTau(left, right, places),
            left[0] == right[0],
            Shift(stable, candidate))
        {
            BestLogits = BestOf(stable) is { } best && BestOf(candidate) is { } other ? (best, other) : null,
        };
    }

    private static float? BestOf(Judgement judgement) =>
        judgement.Documents[judgement.Order[0]] is var first && first.Tier == judgement.LastTier ? first.Logit : null;

    private static int[] PassagesOf(Judgement judgement)
    {
        var passages = new List<int>(judgement.DistinctPassages);
        var seen = new bool[judgement.DistinctPassages];
        foreach (var document in judgement.Order)
        {
            var slot = judgement.Slots[document];
            if (!seen[slot])
                passages.Add(slot);
            seen[slot] = true;
        }

        return [.. passages];
    }

    // A small model's logits aren't comparable with a full one's, so tiers are matched, counted from the last.
    private static double? Shift(Judgement stable, Judgement candidate)
    {
        var sum = 0.0;
        var count = 0;
        for (var i = 0; i < stable.Documents.Length; i++)
        {
            var (left, right) = (stable.Documents[i], candidate.Documents[i]);
            if (left.Tier - stable.LastTier != right.Tier - candidate.LastTier)
                continue;
            sum += (double)right.Logit - left.Logit;
            count++;
        }

        return count > 0 ? sum / count : null;
    }
}
