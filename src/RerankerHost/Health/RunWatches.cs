using Rerank.RerankerHost.Quarantine;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Health;

/// <summary>The runs of all models in memory, those included that are being loaded, or would be unloaded if a run of theirs ended.</summary>
internal sealed class RunWatches(ServeOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<RunWatch> _all = [];

    /// <summary>How long the longest run of any model has run that hasn't ended.</summary>
    public TimeSpan Longest
    {
        get
        {
            lock (_lock)
                return _all.Count == 0 ? TimeSpan.Zero : _all.Max(watch => watch.Longest);
        }
    }

    public RunWatch Add(CrashMark? mark)
    {
        var watch = new RunWatch(mark, options.RunTimeout, time);
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
