using Rerank.Contracts.Evidence;
using Rerank.Router.Routing;
using Rerank.Router.Trials;

namespace Rerank.Router.Shadow;

/// <summary>What comparisons have shown so far. The trial sees to it that one thread at a time uses it.</summary>
internal sealed class ShadowCounters
{
    /// <summary>Most comparisons of one key within a minute: one key must not decide.</summary>
    public const int MostOfOneKey = 5;

    private readonly Tally _overlap = new(0, Buckets.Hundredths);
    private readonly Tally _rankBiasedOverlap = new(0, Buckets.Hundredths);
    private readonly Tally _kendallTau = new(0, Buckets.Hundredths);
    private readonly Tally _logitShift = new(Buckets.MinLogit, Buckets.MaxLogit);
    private readonly Tally _bestScores = new(0, Buckets.BestScores * Buckets.BestScores - 1);
    private readonly RecentRequests _recent = new();
    private readonly KeyCap _ofKeys = new(MostOfOneKey, TimeSpan.FromMinutes(1));
    private long _pairs;
    private long _topOneMatches;
    private long _failed;
    private long _stableFailed;
    private long _repeated;

    public long Skipped { get; set; }

    /// <param name="request">Hash of its query and passages.</param>
    public bool TryCompare(ulong request, ulong? key, TimeSpan now)
    {
        if (!_recent.Contains(request) && (key is not { } its || _ofKeys.TryCount(its, now)))
        {
            _recent.Add(request);
            return true;
        }

        _repeated++;
        return false;
    }

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
        if (comparison.BestLogits is var (stable, candidate))
            _bestScores.Add(Buckets.OfBestScore(stable) * Buckets.BestScores + Buckets.OfBestScore(candidate));
    }

    /// <param name="arm">The one that couldn't rank what the other had answered.</param>
    public void Failed(ArmRole arm)
    {
        if (arm == ArmRole.Stable)
        {
            _stableFailed++;
            return;
        }

        // No ranking has nothing in common with any: left out, a candidate that fails at what is hard would be compared by what is easy.
        _pairs++;
        _failed++;
        _overlap.Add(0);
        _rankBiasedOverlap.Add(0);
        _kendallTau.Add(0);
    }

    public ShadowEvidence ToEvidence() => new()
    {
        Pairs = _pairs,
        Failed = _failed,
        StableFailed = _stableFailed,
        Repeated = _repeated,
        Skipped = Skipped,
        TopOneMatches = _topOneMatches,
        Overlap = _overlap.ToHistogram(),
        RankBiasedOverlap = _rankBiasedOverlap.ToHistogram(),
        KendallTau = _kendallTau.ToHistogram(),
        LogitShift = _logitShift.ToHistogram(),
        BestScores = _bestScores.ToHistogram(),
    };
}
