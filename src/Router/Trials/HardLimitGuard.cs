using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using static System.FormattableString;

namespace Rerank.Router.Trials;

/// <summary>
/// Says when a candidate's requests are so bad that nobody should wait for a verdict. Limits are far from what a sound revision does, and stable's requests of the same
/// seconds say whether it is the candidate's doing. Its trial sees to it that one thread at a time uses it.
/// </summary>
internal sealed class HardLimitGuard
{
    /// <summary>Requests with scores that aren't finite where stable's are, within <see cref="InvalidScoreSeconds"/>.</summary>
    public const int MaxInvalidScores = 3;

    public const int InvalidScoreSeconds = 60;

    /// <summary>Rankings in a row whose passages all got the same score.</summary>
    public const int MaxConstantScores = 20;

    /// <summary>How long a key's ranking that is all alike stands for its others.</summary>
    public const int ConstantScoreSpacing = 10;

    /// <summary>For how long what stable gave says something about what the candidate gives.</summary>
    private const int ConstantScoreSeconds = 60;

    private readonly KeySpacing _onceASecond = new(1);
    private readonly KeySpacing _constantOfKeys = new(ConstantScoreSpacing);
    private readonly WindowCounts _invalidScores = new(InvalidScoreSeconds);
    private HardLimitWindow[] _windows = [];
    private int _constantInARow;
    private long? _stableConstantAt;
    private long? _stableVariedAt;

    /// <summary>Replaces the limits. Those that stay keep what they have seen.</summary>
    public void Watch(IReadOnlyList<HardLimit> limits) =>
        _windows = [.. limits.Distinct().Select(limit => Array.Find(_windows, window => window.Limit == limit) ?? new HardLimitWindow(limit))];

    /// <param name="second">As <see cref="WindowCounts.Add"/>'s.</param>
    /// <returns>The first limit that is exceeded now, and what was seen in words; null when none is.</returns>
    public Exceeded? Add(in Observation observation, long second)
    {
        if (_windows.Length > 0)
        {
            var isFirst = observation.Arm == ArmRole.Candidate && _onceASecond.TryCount(observation.Key, second);
            foreach (var window in _windows)
            {
                if (IsBad(window.Limit, observation) is { } bad)
                    window.Add(second, observation.Arm, observation.Key, isFirst, bad);
            }
        }

        if (observation.Arm == ArmRole.Stable)
        {
            if (observation.Constant == true)
                _stableConstantAt = second;
            else if (observation.Constant == false)
                _stableVariedAt = second;
            return null;
        }

        return OfInvalidScores(observation, second) ?? OfConstantScores(observation, second) ?? OfWindows(second);
    }

    private Exceeded? OfInvalidScores(in Observation observation, long second)
    {
        // A text that both models fail at says nothing of the candidate.
        if (observation is not { InvalidScores: true, StableAnswered: true })
            return null;

        _invalidScores.Add(second, bad: true);
        return _invalidScores.Bad < MaxInvalidScores ? null : new Exceeded(
            BuiltInLimit.InvalidScores,
            $"scores of {_invalidScores.Bad} requests in {InvalidScoreSeconds} s weren't finite where stable's were",
            IsCandidates: true);
    }

    private Exceeded? OfConstantScores(in Observation observation, long second)
    {
        if (observation.Constant is not { } constant)
            return null;
        if (!constant)
        {
            _constantInARow = 0;
            return null;
        }

        if (IsRecent(_stableConstantAt) || !_constantOfKeys.TryCount(observation.Key, second))
            return null;
        return ++_constantInARow < MaxConstantScores ? null : new Exceeded(
            BuiltInLimit.ConstantScores, $"all passages got the same score in {_constantInARow} requests in a row", IsCandidates: IsRecent(_stableVariedAt));

        bool IsRecent(long? at) => second - at < ConstantScoreSeconds;
    }

    private Exceeded? OfWindows(long second)
    {
        foreach (var window in _windows)
        {
            if (window.Judge(second) is (true, var isCandidates))
                return new Exceeded(window.Limit.Name, InWords(window), isCandidates);
        }

        return null;
    }

    /// <summary>Null when the limit says nothing about it.</summary>
    private static bool? IsBad(HardLimit limit, in Observation observation) => limit.Type switch
    {
        HardLimitType.Error => observation.Error is not null,
        HardLimitType.Degraded => observation.Shadow || observation.SteppedIn ? null : observation.Degraded,

        // An answer from the cache is fast whatever the model is.
        _ => observation.HasComparableTime ? observation.Duration.TotalMilliseconds > limit.Milliseconds : null,
    };

    private static string InWords(HardLimitWindow window)
    {
        var what = window.Limit.Type switch
        {
            HardLimitType.Error => "failed",
            HardLimitType.Degraded => "were answered without the tier that should have decided",
            _ => $"took longer than {window.Limit.Milliseconds} ms",
        };
        var (candidate, candidateBad, stable, stableBad) = window.Compared;

        // What stable is compared with counts a key once, which the limit itself doesn't.
        var compared = (candidate, candidateBad) == (window.All, window.Bad) ? "" : $"a key counted once, {candidateBad} of {candidate} and ";
        return $"{window.Bad} of {window.All} requests in {window.Limit.WindowSeconds} s {what}, {Invariant($"{window.Limit.Permille / 10.0:0.#}")} % allowed; {compared}"
            + (stable == 0 ? "stable had none" : $"{stableBad} of {stable} of stable's");
    }

    /// <param name="IsCandidates">As <see cref="Trip.IsCandidates"/>.</param>
    public readonly record struct Exceeded(string Limit, string Observed, bool IsCandidates);
}
