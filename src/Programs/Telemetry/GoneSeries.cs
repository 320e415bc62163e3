namespace Rerank.Programs.Telemetry;

/// <summary>
/// Which series of metrics to remove: those of something that has a name and is gone, such as a revision. A program that runs for months would keep thousands otherwise. They stay for a while, so
/// that the last of what they counted is scraped, and few of them.
/// </summary>
public sealed class GoneSeries(TimeProvider time)
{
    /// <summary>How long after what they are about they are kept: several times what lies between two scrapes.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(15);

    /// <summary>Names that are gone and kept; beyond them the first that went is forgotten.</summary>
    public const int MostKept = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _goneAt = new(StringComparer.Ordinal);

    /// <param name="present">Names of what is there now.</param>
    /// <param name="counted">Names that series have.</param>
    /// <returns>Names whose series are to be removed now.</returns>
    public IReadOnlySet<string> Forget(IReadOnlySet<string> present, IEnumerable<string> counted)
    {
        lock (_lock)
        {
            foreach (var name in present)
                _goneAt.Remove(name);
            var now = time.GetTimestamp();
            foreach (var name in counted)
            {
                if (!present.Contains(name))
                    _goneAt.TryAdd(name, now);
            }

            var forgotten = _goneAt
                .OrderByDescending(gone => gone.Value)
                .Where((gone, place) => place >= MostKept || time.GetElapsedTime(gone.Value, now) >= Kept)
                .Select(gone => gone.Key)
                .ToHashSet(StringComparer.Ordinal);
            foreach (var name in forgotten)
                _goneAt.Remove(name);
            return forgotten;
        }
    }
}
