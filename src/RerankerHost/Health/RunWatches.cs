using Rerank.RerankerHost.Quarantine;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Health;

/// <summary>The runs of all models in memory, those included that are being loaded, or would be unloaded if a run of theirs ended.</summary>
internal sealed class RunWatches(ServeOptions options, TimeProvider time)
{
    private const int TimesWhileLoading = 5;

    private readonly Lock _lock = new();
    private readonly List<RunWatch> _all = [];

    /// <summary>
    /// How long a run has run that is far beyond its time; null: none. While a model is loaded nobody waits for its runs, the longest input is among them, and where the host can serve without it
    /// a new process would only meet the same again.
    /// </summary>
    /// <param name="times">So many times the limit of a run.</param>
    public TimeSpan? Overdue(int times)
    {
        lock (_lock)
        {
            var overdue = _all.Where(watch => watch.IsOnWorkers || watch.IsNeeded())
                .Where(watch => watch.Longest > (watch.IsOnWorkers ? 1 : TimesWhileLoading) * times * watch.Limit)
                .Select(watch => watch.Longest)
                .ToArray();
            return overdue.Length == 0 ? null : overdue.Max();
        }
    }

    /// <param name="isNeeded">Whether the host can't serve as long as it isn't loaded.</param>
    public RunWatch Add(CrashMark? mark, Func<bool> isNeeded)
    {
        var watch = new RunWatch(mark, options.RunTimeout, time) { IsNeeded = isNeeded };
        mark?.HangsWhen(() => watch.Hangs);
        lock (_lock)
            _all.Add(watch);
        return watch;
    }

    public void Remove(RunWatch watch)
    {
        lock (_lock)
            _all.Remove(watch);
    }
}
