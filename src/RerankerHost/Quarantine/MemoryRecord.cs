using System.IO.MemoryMappedFiles;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Quarantine;

/// <summary>
/// Writes down how near the process is to its memory limit, so that the next one knows whether this one was killed for memory. Whoever is killed so can't say it, and a new container's
/// control group counts anew; the file stays, as the marks do.
/// </summary>
internal sealed class MemoryRecord : BackgroundService
{
    /// <summary>Of the limit, in thousandths. A process that ended beyond is taken for one that was killed for it.</summary>
    public const int NearLimit = 850;

    private const int Used = 0, Kills = sizeof(long), Bytes = 2 * sizeof(long);

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly ControlGroup _group;
    private readonly TimeProvider _time;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;

    public MemoryRecord(ServeOptions options, TimeProvider time)
    {
        (_group, _time) = (new ControlGroup(options.ControlGroupDirectory), time);
        try
        {
            _file = MarkFile.Open(Path.Combine(options.ModelDirectory, "marks", "memory"), Bytes);
            _view = _file.CreateViewAccessor(0, Bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As without a limit: nothing is known.
            return;
        }

        PreviousWasKilled = _view.ReadInt64(Used) >= NearLimit || _group.Kills > _view.ReadInt64(Kills);
        Write();
    }

    /// <summary>Whether the process before this one was killed for memory, as far as can be known.</summary>
    public bool PreviousWasKilled { get; }

    public override void Dispose()
    {
        base.Dispose();

        // Whoever ends in order wasn't killed, however near it was.
        if (_view is { CanWrite: true })
            _view.Write(Used, 0L);
        _view?.Dispose();
        _file?.Dispose();
    }

    /// <summary>Brings it up to date.</summary>
    internal void Write()
    {
        _view?.Write(Used, (long)(_group.UsedPermille ?? 0));
        _view?.Write(Kills, _group.Kills);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_view is null || _group.UsedPermille is null)
            return;
        using var timer = new PeriodicTimer(Period, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Write();
    }
}
