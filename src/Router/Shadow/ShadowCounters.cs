using Rerank.Contracts.Evidence;
using Rerank.Router.Trials;

namespace Rerank.Router.Shadow;

/// <summary>What comparisons have shown so far. The trial sees to it that one thread at a time uses it.</summary>
internal sealed class ShadowCounters
{
    private readonly Tally _overlap = new(0, Buckets.Hundredths);
    private readonly Tally _rankBiasedOverlap = new(0, Buckets.Hundredths);
    private readonly Tally _kendallTau = new(0, Buckets.Hundredths);
    private readonly Tally _logitShift = new(Buckets.MinLogit, Buckets.MaxLogit);
    private long _pairs;
    private long _topOneMatches;

    public long Failed { get; set; }

    public long Skipped { get; set; }

    public void Compared(Comparison comparison)
    {
        _pairs++;
        if (comparison.SameFirst)
            _topOneMatches++;
        _overlap.Add(Buckets.OfShare(comparison.Overlap));
        _rankBiasedOverlap.Add(Buckets.OfShare(comparison.RankBiasedOverlap));
        _kendallTau.Add(Buckets.OfShare((comparison.KendallTau + 1) / 2));
        if (comparison.LogitShift is { } shift)
            _logitShift.Add(Buckets.OfLogit(shift));
    }

    public ShadowEvidence ToEvidence() => new()
    {
        Pairs = _pairs,
        Failed = Failed,
        Skipped = Skipped,
        TopOneMatches = _topOneMatches,
        Overlap = _overlap.ToHistogram(),
        RankBiasedOverlap = _rankBiasedOverlap.ToHistogram(),
        KendallTau = _kendallTau.ToHistogram(),
        LogitShift = _logitShift.ToHistogram(),
    };
}
