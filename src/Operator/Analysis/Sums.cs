using Rerank.Contracts.Evidence;

namespace Rerank.Operator.Analysis;

/// <summary>Adds up what several processes have counted.</summary>
internal static class Sums
{
    public static PlaceCounts Of(PlaceCounts left, PlaceCounts right) => new(Of(left.Trials, right.Trials), Of(left.Bad, right.Bad));

    public static ArmEvidence Of(IReadOnlyList<ArmEvidence> arms) => new()
    {
        Requests = arms.Sum(a => a.Requests),
        Errors = arms.Sum(a => a.Errors),
        ErrorsByReason = Of(arms.Select(a => a.ErrorsByReason)),
        Degraded = arms.Sum(a => a.Degraded),
        InvalidScores = arms.Sum(a => a.InvalidScores),
        ConstantScores = arms.Sum(a => a.ConstantScores),
        Latency = Of(arms.Select(a => a.Latency)),
        TopScore = Of(arms.Select(a => a.TopScore)),
        Feedback = new()
        {
            Answers = arms.Sum(a => a.Feedback.Answers),
            Clicked = arms.Sum(a => a.Feedback.Clicked),
            Accepted = arms.Sum(a => a.Feedback.Accepted),
            Rejected = arms.Sum(a => a.Feedback.Rejected),
            FirstRank = Of(arms.Select(a => a.Feedback.FirstRank)),
        },
    };

    public static ShadowEvidence Of(IReadOnlyList<ShadowEvidence> shadows) => new()
    {
        Pairs = shadows.Sum(s => s.Pairs),
        Failed = shadows.Sum(s => s.Failed),
        StableFailed = shadows.Sum(s => s.StableFailed),
        Skipped = shadows.Sum(s => s.Skipped),
        Repeated = shadows.Sum(s => s.Repeated),
        TopOneMatches = shadows.Sum(s => s.TopOneMatches),
        Overlap = Of(shadows.Select(s => s.Overlap)),
        RankBiasedOverlap = Of(shadows.Select(s => s.RankBiasedOverlap)),
        KendallTau = Of(shadows.Select(s => s.KendallTau)),
        LogitShift = Of(shadows.Select(s => s.LogitShift)),
        BestScores = Of(shadows.Select(s => s.BestScores)),
    };

    private static byte[] Of(byte[] left, byte[] right)
    {
        int[] sum = PlaceCounts.Unpack(left), other = PlaceCounts.Unpack(right);
        for (var i = 0; i < sum.Length; i++)
            sum[i] += other[i];
        return PlaceCounts.Pack(sum);
    }

    private static Histogram Of(IEnumerable<Histogram> histograms) => new(Of(histograms.Select(h => h.Counts)));

    private static SortedDictionary<TKey, long> Of<TKey>(IEnumerable<IReadOnlyDictionary<TKey, long>> counts)
        where TKey : notnull
    {
        var sum = new SortedDictionary<TKey, long>();
        foreach (var (key, count) in counts.SelectMany(c => c))
            sum[key] = sum.GetValueOrDefault(key) + count;
        return sum;
    }
}
