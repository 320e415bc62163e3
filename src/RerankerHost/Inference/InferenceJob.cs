using System.Diagnostics;

namespace Rerank.RerankerHost.Inference;

/// <summary>Work of one request in parts that can run side by side. Parts are handed out in order, each once.</summary>
internal abstract class InferenceJob
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _parts;
    private int _next;
    private int _running;
    private Exception? _failure;

    // Since when none of its parts runs.
    private long _idleSince = Stopwatch.GetTimestamp();
    private TimeSpan _waited;

    protected InferenceJob(int parts)
    {
        _parts = parts;
        if (parts == 0)
            _done.SetResult();
    }

    /// <summary>Ends when no part runs and none will: only then may the job's memory be given back.</summary>
    public Task Completion => _done.Task;

    /// <summary>How long no part ran before the last one began. Of a completed job.</summary>
    public TimeSpan Waited => _waited;

    /// <summary>Takes the next part.</summary>
    /// <param name="more">Whether there is another after it.</param>
    public bool TryTake(out int part, out bool more)
    {
        lock (_gate)
        {
            part = _next;
            if (_failure is not null || _next == _parts)
            {
                more = false;
                return false;
            }

            _next++;
            if (_running++ == 0)
                _waited += Stopwatch.GetElapsedTime(_idleSince);
            more = _next < _parts;
            return true;
        }
    }

    /// <summary>Runs a part that was taken. Doesn't throw: a failure is the job's, not the worker's.</summary>
    public void Run(int part)
    {
        Exception? failure = null;
        try
        {
            RunPart(part);
        }
#pragma warning disable CA1031 // Whatever went wrong goes to the one who waits for the job.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        lock (_gate)
        {
            if (--_running == 0)
                _idleSince = Stopwatch.GetTimestamp();
            _failure ??= failure;
            CompleteWhenIdle_NeedsLock();
        }
    }

    /// <summary>No further part is handed out; those that run end by themselves.</summary>
    public void Stop(Exception reason)
    {
        lock (_gate)
        {
            _failure ??= reason;
            CompleteWhenIdle_NeedsLock();
        }
    }

    protected abstract void RunPart(int part);

    private void CompleteWhenIdle_NeedsLock()
    {
        if (_running > 0)
            return;
        if (_failure is not null)
            _done.TrySetException(_failure);
        else if (_next == _parts)
            _done.TrySetResult();
    }
}
