using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>Mean reciprocal rank of the first document that people clicked or accepted, judged by how much lower the candidate's is.</summary>
internal static class ReciprocalRankMetric
{
    /// <param name="stable">By rank from 1; 0: none.</param>
    /// <param name="candidate">Likewise.</param>
    /// <param name="threshold">By how much it may be lower.</param>
    public static Finding Measure(Histogram stable, Histogram candidate, double threshold, double alpha)
    {
        var (stables, candidates) = (Values(stable), Values(candidate));
        var finding = new Finding
        {
            Stable = BoundedMean.Mean(stables),
            Candidate = BoundedMean.Mean(candidates),
            Threshold = threshold,
            Samples = new("answers with feedback", stables.Sum(v => v.Count), candidates.Sum(v => v.Count)),
        };
        if (finding.Stable - finding.Candidate is not { } harm)
            return finding;

        var bounds = BoundedMean.Bounds(stables, alpha / 2) - BoundedMean.Bounds(candidates, alpha / 2);
        return finding with
        {
            Estimate = harm,
            Lower = bounds.Lower,
            Upper = bounds.Upper,
            IsBeyond = bounds.Lower > threshold,
            IsWithin = harm <= threshold,
            Words = $"mean reciprocal rank {Words.Number(finding.Candidate)} against stable's {Words.Number(finding.Stable)}, lower by {Words.Number(harm)} "
                + $"{Words.Bounds(bounds, Words.Number)}, {Words.Number(threshold)} allowed",
        };
    }

    private static (double Value, long Count)[] Values(Histogram ranks) =>
        [.. ranks.Counts.Where(c => c.Value > 0).Select(c => (c.Key <= 0 ? 0 : 1.0 / c.Key, c.Value))];
}
