using System.IO.MemoryMappedFiles;

namespace Rerank.RerankerHost.Quarantine;

/// <summary>
/// A file that says whether a model is being loaded or run. It is mapped into memory, so that marking a run costs no system call,
/// and what stands in it outlives the process however it ends.
/// </summary>
internal sealed unsafe class CrashMark : IDisposable
{
    // Of the last crashes; older ones don't matter.
    public const int MostCrashes = 8;

    private const int Loading = 0, Running = 1, Crashes = 2, FirstCrash = 3;
    private const int EndedByItself = FirstCrash + MostCrashes, LastWasForMemory = EndedByItself + 1;
    private const int Bytes = (LastWasForMemory + 1) * sizeof(long);

    private readonly Action<CrashMark>? _closing;
    private Func<bool> _hangs = () => false;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long* _fields;

    /// <param name="closing">Told before it is closed.</param>
    /// <exception cref="IOException">It can't be opened.</exception>
    public CrashMark(string path, Action<CrashMark>? closing = null)
    {
        _closing = closing;
        _file = MarkFile.Open(path, Bytes);
        _view = _file.CreateViewAccessor(0, Bytes);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _fields = (long*)start;
    }

    /// <summary>Whether it was left while the model was loaded or run, by a process that didn't end by itself.</summary>
    public bool WasLeft => _fields[EndedByItself] == 0 && (_fields[Loading] != 0 || _fields[Running] != 0);

    /// <summary>Whether it was left while the model was loaded.</summary>
    public bool WasLoading => _fields[Loading] != 0;

    /// <summary>Whether it was memory that the process was killed for at the last crash.</summary>
    public bool WasForMemory => _fields[LastWasForMemory] != 0;

    /// <summary>Of the last crashes.</summary>
    public IEnumerable<DateTimeOffset> CrashTimes => Enumerable.Range(0, (int)Math.Min(Read(Crashes), MostCrashes))
        .Select(i => DateTimeOffset.FromUnixTimeMilliseconds(Read(FirstCrash + i)));

    /// <summary>Counts what it was left at as a crash.</summary>
    public void CountCrash(DateTimeOffset time, bool forMemory)
    {
        _fields[FirstCrash + (_fields[Crashes] % MostCrashes)] = time.ToUnixTimeMilliseconds();
        _fields[Crashes]++;
        _fields[LastWasForMemory] = forMemory ? 1 : 0;
    }

    /// <summary>Begins anew, as if it hadn't been left.</summary>
    public void Begin()
    {
        _fields[Loading] = 0;
        _fields[Running] = 0;
        _fields[EndedByItself] = 0;
    }

    /// <summary>Whether a run of the model hangs.</summary>
    public void HangsWhen(Func<bool> hangs) => _hangs = hangs;

    /// <summary>The process is about to end, and not because of the model: what it still loads or runs isn't counted, unless it hangs.</summary>
    public void EndByItself()
    {
        if (!_hangs())
            Volatile.Write(ref _fields[EndedByItself], 1);
    }

    public void BeginLoad() => Volatile.Write(ref _fields[Loading], 1);

    public void EndLoad() => Volatile.Write(ref _fields[Loading], 0);

    public void BeginRun() => Interlocked.Increment(ref _fields[Running]);

    public void EndRun() => Interlocked.Decrement(ref _fields[Running]);

    public void Dispose()
    {
        _closing?.Invoke(this);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private long Read(int field) => _fields[field];
}
