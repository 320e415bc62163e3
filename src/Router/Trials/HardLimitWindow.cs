using Rerank.Contracts.Routing;
using Rerank.Router.Routing;

namespace Rerank.Router.Trials;

/// <summary>One limit's counts of both arms in the last seconds, and whether the candidate is beyond it.</summary>
internal sealed class HardLimitWindow(HardLimit limit)
{
    /// <summary>A candidate is worse than stable when chance would make it look so at most so often.</summary>
    public const double Certain = 1e-6;

    /// <summary>
    /// Where stable had too few requests to be certain in seconds, how seldom chance may bring a candidate that is at the limit as far beyond it, or so far from stable:
    /// a standing rate of errors below the limit, of both arms, doesn't.
    /// </summary>
    public const double Unlikely = 1e-3;

    private const int LongerBy = 6;

    private readonly WindowCounts _candidate = new(limit.WindowSeconds);

    // What the arms are compared by: each key once in a window. One that fails whoever it asks must not be many failures of the arm that it happens to have.
    private readonly WindowCounts _candidateUnits = new(limit.WindowSeconds);
    private readonly WindowCounts _stableUnits = new(limit.WindowSeconds);

    // Where stable is too seldom asked for a window to say much: the last minute. Of both arms, lest one from before an incident be compared with one within it.
    private readonly WindowCounts _candidateForLonger = new(LongerBy * limit.WindowSeconds);
    private readonly WindowCounts _stableForLonger = new(LongerBy * limit.WindowSeconds);
    private readonly KeySpacing _candidateKeys = new(limit.WindowSeconds);
    private readonly KeySpacing _stableKeys = new(limit.WindowSeconds);
    private readonly KeySpacing _candidateKeysForLonger = new(LongerBy * limit.WindowSeconds);
    private readonly KeySpacing _stableKeysForLonger = new(LongerBy * limit.WindowSeconds);

    public HardLimit Limit => limit;

    public int All => _candidate.All;

    public int Bad => _candidate.Bad;

    /// <summary>What both arms are compared by, as of the last judgement.</summary>
    public (int Candidate, int CandidateBad, int Stable, int StableBad) Compared => (_candidateUnits.All, _candidateUnits.Bad, _stableUnits.All, _stableUnits.Bad);

    public bool Exceeded => All >= limit.MinRequests && Bad * 1000L > (long)limit.Permille * All;

    /// <param name="second">As <see cref="WindowCounts.Add"/>'s.</param>
    /// <param name="isFirstOfKey">Whether it is the key's first within the second, as every request without a key is.</param>
    public void Add(long second, ArmRole arm, ulong? key, bool isFirstOfKey, bool bad)
    {
        if (arm == ArmRole.Stable)
        {
            if (_stableKeys.TryCount(key, second))
                _stableUnits.Add(second, bad);
            if (_stableKeysForLonger.TryCount(key, second))
                _stableForLonger.Add(second, bad);
            return;
        }

        if (_candidateKeys.TryCount(key, second))
            _candidateUnits.Add(second, bad);
        if (_candidateKeysForLonger.TryCount(key, second))
            _candidateForLonger.Add(second, bad);
        if (isFirstOfKey)
            _candidate.Add(second, bad);
    }

    /// <returns>Whether it trips now, and then whether it is shown to be the candidate's doing.</returns>
    public (bool Trips, bool IsCandidates) Judge(long second)
    {
        if (!Exceeded)
            return (false, false);

        _candidateUnits.MoveTo(second);
        _stableUnits.MoveTo(second);
        var (candidate, candidateBad) = (_candidateUnits.All, _candidateUnits.Bad);
        var (stable, stableBad) = (_stableUnits.All, _stableUnits.Bad);
        if (stable > 0 && (candidate == 0 || (long)candidateBad * stable <= (long)stableBad * candidate))
            return (false, false);

        var isBeyond = Chance.OfAtLeast(candidateBad, candidate, limit.Permille / 1000.0) <= Unlikely;
        if (stable == 0 || Chance.Smallest(candidate, stable) > Certain)
            return (isBeyond && stableBad == 0 && IsWorseForLonger(second, Unlikely), false);

        var chance = Chance.OfAsManyBad(candidate, candidateBad, stable, stableBad);
        if (chance <= Certain)
            return (true, true);
        return (isBeyond && chance <= Unlikely && IsWorseForLonger(second, Certain), false);
    }

    /// <summary>
    /// Whether chance would make the candidate look so much worse than stable over the last minute at most so often. Stable may have had hardly a request even then:
    /// none of those that it had may be bad.
    /// </summary>
    private bool IsWorseForLonger(long second, double chance)
    {
        _candidateForLonger.MoveTo(second);
        _stableForLonger.MoveTo(second);
        var (candidate, stable) = (_candidateForLonger.All, _stableForLonger.All);
        return Chance.Smallest(candidate, stable) > Unlikely
            ? _stableForLonger.Bad == 0
            : Chance.OfAsManyBad(candidate, _candidateForLonger.Bad, stable, _stableForLonger.Bad) <= chance;
    }
}
