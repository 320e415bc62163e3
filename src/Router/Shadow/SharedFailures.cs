namespace Rerank.Router.Shadow;

/// <summary>
/// Tells how many of the candidate's failed comparisons are explained by what happens to both arms: in an incident of shared hosts or networks stable fails as well, at the requests that it answers, and no
/// comparison must be held against the candidate for that. For every comparison that is tried, twice stable's share of failures of late is excused; what fails beyond counts. For one thread at a time.
/// </summary>
internal sealed class SharedFailures
{
    /// <summary>Times stable's share: by chance the candidate has more failures in a while than stable, and its own error rate is tested elsewhere.</summary>
    private const double Allowance = 2;

    /// <summary>Excuses that are saved up at most; those too are forgotten.</summary>
    private const double Most = 10;

    /// <summary>A few answers that didn't fail are added, so that the first failure isn't taken for all.</summary>
    private const double Prior = 5;

    private static readonly TimeSpan HalfLife = TimeSpan.FromSeconds(30);

    private double _answers;
    private double _failures;
    private double _excuses;
    private TimeSpan _at;

    /// <param name="failed">Whether stable gave no answer, or one without the tier that should have decided.</param>
    public void StableAnswered(bool failed, TimeSpan now)
    {
        Forget(now);
        _answers++;
        if (failed)
            _failures++;
    }

    /// <summary>A comparison is tried.</summary>
    public void Tried(TimeSpan now)
    {
        Forget(now);
        _excuses = Math.Min(Most, _excuses + Allowance * _failures / (_answers + Prior));
    }

    /// <summary>Whether the one that has failed is excused.</summary>
    public bool TryExcuse()
    {
        if (_excuses < 1)
            return false;
        _excuses--;
        return true;
    }

    private void Forget(TimeSpan now)
    {
        var kept = Math.Pow(0.5, (now - _at) / HalfLife);
        (_answers, _failures, _excuses, _at) = (_answers * kept, _failures * kept, _excuses * kept, now);
    }
}
