using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;

namespace Rerank.Router.Trials;

/// <summary>
/// Says when a candidate's requests are so bad that nobody should wait for a verdict. No statistics: limits are far from what a sound revision does. Its
/// trial sees to it that one thread at a time uses it.
/// </summary>
internal sealed class HardLimitGuard
{
    /// <summary>Requests with scores that aren't finite, since the trial's begin.</summary>
    public const int MaxInvalidScores = 3;

    /// <summary>Rankings in a row whose passages all got the same score.</summary>
    public const int MaxConstantScores = 20;

    private HardLimitWindow[] _windows = [];
    private int _invalidScores;
    private int _constantInARow;

    /// <summary>Replaces the limits. Those that stay keep what they have seen.</summary>
    public void Watch(IReadOnlyList<HardLimit> limits) =>
        _windows = [.. limits.Distinct().Select(limit => Array.Find(_windows, window => window.Limit == limit) ?? new HardLimitWindow(limit))];

    /// <param name="second">As <see cref="HardLimitWindow.Add"/>'s.</param>
    /// <returns>The first limit that is exceeded now, and what was seen in words; null when none is.</returns>
    public (string Limit, string Observed)? Add(in Observation observation, long second)
    {
        foreach (var window in _windows)
        {
            if (IsBad(window.Limit, observation) is { } bad)
                window.Add(second, bad);
        }

        if (observation.InvalidScores)
            _invalidScores++;
        if (observation.Constant is { } constant)
            _constantInARow = constant ? _constantInARow + 1 : 0;

        if (_invalidScores >= MaxInvalidScores)
            return (BuiltInLimit.InvalidScores, $"the model failed or gave scores that aren't finite for {_invalidScores} requests");
        if (_constantInARow >= MaxConstantScores)
            return (BuiltInLimit.ConstantScores, $"all passages got the same score in {_constantInARow} requests in a row");
        return Array.Find(_windows, window => window.Exceeded) is { } exceeded ? (exceeded.Limit.Name, InWords(exceeded)) : null;
    }

    /// <summary>Null when the limit says nothing about it.</summary>
    private static bool? IsBad(HardLimit limit, in Observation observation) => limit.Type switch
    {
        HardLimitType.Error => observation.Error is not null,
        HardLimitType.Degraded => observation.Shadow ? null : observation.Degraded,

        // An answer from the cache is fast whatever the model is.
        _ => observation.Shadow || observation.Reused ? null : observation.Duration.TotalMilliseconds > limit.Milliseconds,
    };

    private static string InWords(HardLimitWindow window)
    {
        var what = window.Limit.Type switch
        {
            HardLimitType.Error => "failed",
            HardLimitType.Degraded => "were answered without the tier that should have decided",
            _ => $"took longer than {window.Limit.Milliseconds} ms",
        };
        return $"{window.Bad} of {window.All} requests in {window.Limit.WindowSeconds} s {what}";
    }
}
