using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Quarantine;

/// <summary>
/// Keeps models out that took the process down, so that the others can serve. Nobody can say that it was the model rather than a node
/// that went away, so a model gets another chance after a while, later each time.
/// </summary>
internal sealed class CrashMarks(ServeOptions options, MemoryRecord memory, TimeProvider time) : IDisposable
{
    // Without a required model the host isn't ready anyway: keeping it out at once would only make a restart longer.
    private const int CrashesOfRequired = 3;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    private readonly string _directory = Path.Combine(options.ModelDirectory, "marks");
    private readonly Lock _lock = new();
    private readonly Dictionary<CrashMark, string> _open = [];
    private bool _isEnding;

    /// <summary>The mark of a model that is about to be loaded.</summary>
    /// <returns>Null: marks can't be written here.</returns>
    /// <exception cref="ModelLoadException">It is kept out, and until when.</exception>
    public CrashMark? Open(ModelSpec spec)
    {
        CrashMark mark;
        var now = time.GetUtcNow();
        try
        {
            mark = OpenNew(spec, now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        var crashes = mark.CrashTimes.Where(t => now - t < Window).Order().ToArray();
        if (Until(crashes, spec.Required) is not { } until || until <= now)
            return mark;

        var (reason, how) = mark.WasForMemory
            ? (ModelFailure.OutOfMemory, "was killed for using more memory than its limit while the model was loaded")
            : (ModelFailure.Quarantined, $"ended {(crashes.Length == 1 ? "once" : $"{crashes.Length} times")} in the last hour while the model was loaded or run");
        mark.Dispose();
        throw new ModelLoadException(reason, $"the process {how}; it is tried again at {until:yyyy-MM-dd'T'HH:mm:ss'Z'}");
    }

    /// <summary>
    /// Requests take memory, and other models do: a process that was killed for it says nothing about the models that ran. One that it was loading beside those that serve doesn't fit, though, and
    /// would take them down again and again.
    /// </summary>
    private void Count(CrashMark mark, ModelSpec spec, DateTimeOffset now)
    {
        if (!memory.PreviousWasKilled)
            mark.CountCrash(now, forMemory: false);
        else if (mark.WasLoading && !spec.Required)
            mark.CountCrash(now, forMemory: true);
    }

    /// <summary>The process ends, and no model is to blame: it was told to, or can't start for a reason of its own.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isEnding = true;
            foreach (var mark in _open.Keys)
                mark.EndByItself();
        }
    }

    private CrashMark OpenNew(ModelSpec spec, DateTimeOffset now)
    {
        var digest = spec.Digest;
        lock (_lock)
        {
            var mark = new CrashMark(Path.Combine(_directory, digest["sha256:".Length..]), Closing);

            // A model that left and comes back may still answer its last requests: what its mark says is of this process.
            if (!_open.ContainsValue(digest))
            {
                if (mark.WasLeft)
                    Count(mark, spec, now);
                mark.Begin();
            }

            if (_isEnding)
                mark.EndByItself();
            _open.Add(mark, digest);
            return mark;
        }
    }

    private void Closing(CrashMark mark)
    {
        lock (_lock)
            _open.Remove(mark);
    }

    /// <param name="crashes">Of late, in order.</param>
    /// <returns>Null: it isn't kept out.</returns>
    internal static DateTimeOffset? Until(IReadOnlyList<DateTimeOffset> crashes, bool required)
    {
        var counted = crashes.Count - (required ? CrashesOfRequired - 1 : 0);
        if (counted < 1)
            return null;
        var pause = FirstPause * Math.Pow(4, Math.Min(counted, 6) - 1);
        return crashes[^1] + (pause < LongestPause ? pause : LongestPause);
    }
}
