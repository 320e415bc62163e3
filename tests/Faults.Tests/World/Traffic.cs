using Rerank.Contracts.Evidence;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.World;

/// <summary>Requests of applications: what routers would have counted of them.</summary>
internal sealed class Traffic(FakeNodes nodes)
{
    private const int All = 1000;
    private const int ScoreBucket = 8;

    private static readonly int LatencyBucket = Buckets.OfLatency(TimeSpan.FromMilliseconds(20));

    /// <summary>Requests of each router in a turn.</summary>
    public int PerTurn { get; set; } = 400;

    /// <summary>Of the requests that the candidate answers, how many of a thousand it fails.</summary>
    public int CandidateErrorPermille { get; set; }

    /// <summary>Hundredths of the first places that both revisions agree on.</summary>
    public int Overlap { get; set; } = Buckets.Hundredths;

    /// <summary>A second's worth of requests, counted by every router that has a candidate.</summary>
    public void Pass()
    {
        foreach (var router in nodes.ReadyRouters)
        {
            if (router.Table?.Candidate is not { } candidate)
                continue;
            // As the router sees it: with a new try its counters begin anew.
            router.Get();
            var seen = router.Seen!;
            var weight = router.Confirmed && seen.Trip is null ? candidate.TrafficPermille : 0;
            var ours = PerTurn * weight / All;
            router.Seen = seen with
            {
                Stable = Add(seen.Stable, PerTurn - ours, 0),
                Candidate = Add(seen.Candidate, ours, ours * CandidateErrorPermille / All),
                Shadow = Add(seen.Shadow, PerTurn * candidate.MirrorPermille / All),
                Epoch = candidate.Epoch,
                Strata = [.. seen.Strata.TakeLast(StratumEvidence.Kept - 1), Stratum(seen.Strata, candidate.Epoch, PerTurn - ours, ours)],
            };
        }
    }

    private StratumEvidence Stratum(IReadOnlyList<StratumEvidence> before, int epoch, int stable, int candidate) => new(
        (before.Count > 0 ? before[^1].Number : 0) + 1,
        epoch,
        new Dictionary<string, ShareCounts>
        {
            [Shares.Errors] = new(stable, 0, candidate, candidate * CandidateErrorPermille / All),
            [Shares.Degraded] = new(stable, 0, candidate, 0),
        });

    private static ArmEvidence Add(ArmEvidence arm, int requests, int errors) => arm with
    {
        Requests = arm.Requests + requests,
        Errors = arm.Errors + errors,
        Latency = Add(arm.Latency, LatencyBucket, requests - errors),
        TopScore = Add(arm.TopScore, ScoreBucket, requests - errors),
    };

    private ShadowEvidence Add(ShadowEvidence shadow, int pairs) => shadow with
    {
        Pairs = shadow.Pairs + pairs,
        TopOneMatches = shadow.TopOneMatches + pairs,
        Overlap = Add(shadow.Overlap, Overlap, pairs),
        RankBiasedOverlap = Add(shadow.RankBiasedOverlap, Overlap, pairs),
        KendallTau = Add(shadow.KendallTau, Overlap, pairs),
        LogitShift = Add(shadow.LogitShift, 0, pairs),
        BestScores = Add(shadow.BestScores, ScoreBucket * Buckets.BestScores + ScoreBucket, pairs),
    };

    private static Histogram Add(Histogram histogram, int bucket, int count)
    {
        if (count == 0)
            return histogram;
        var counts = new SortedDictionary<int, long>(histogram.Counts.ToDictionary());
        counts[bucket] = counts.GetValueOrDefault(bucket) + count;
        return new(counts);
    }
}
