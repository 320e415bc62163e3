using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Quarantine;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Health;

/// <summary>
/// What becomes of one loaded model's runs: whether it fails at all of them, and how long those that run have run. An accelerator that is broken fails every run, and one that hangs ends none, while
/// the process looks as well as ever.
/// </summary>
/// <param name="mark">Says while it runs that it does; null: nobody does.</param>
/// <param name="limit">No run of a working model takes longer.</param>
internal sealed class RunWatch(CrashMark? mark, TimeSpan limit, TimeProvider time)
{
    /// <summary>Runs that fail in a row without one that doesn't. After them the model must score a pair that it has scored before.</summary>
    public const int MostFailures = 8;

    private readonly Lock _lock = new();
    private readonly List<long> _started = [];
    private readonly List<Action> _whenIdle = [];
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _freed = Task.CompletedTask;
    private int _failures;
    private bool _isClosed;

    /// <summary>Ends when the model is found broken, with how it was.</summary>
    public Task<string> Broken => _broken.Task;

    public TimeSpan Limit => limit;

    /// <summary>How long the longest of the runs has run that haven't ended.</summary>
    public TimeSpan Longest
    {
        get
        {
            lock (_lock)
                return _started.Count == 0 ? TimeSpan.Zero : time.GetElapsedTime(_started[0]);
        }
    }

    public bool Hangs => Longest > limit;

    /// <summary>Whether the host can't serve as long as the model isn't loaded: it needs it, or one that waits behind it.</summary>
    public Func<bool> IsNeeded { get; init; } = () => false;

    /// <summary>Whether its runs are on the threads that requests need too. Until then it is warmed up, with the longest input, and nobody waits for it.</summary>
    public bool IsOnWorkers { get; set; }

    /// <summary>Has a model's runs watched.</summary>
    /// <param name="probe">Runs a pair that the model has scored before; throws as a run does.</param>
    public IBatchRunner Watch(IBatchRunner runner, Action probe) => new WatchedRunner(this, runner, probe);

    /// <summary>Lets no run begin any more, and gives the model's memory back when none runs: at once, or never where one hangs. What is said first is done first.</summary>
    public void WhenIdle(Action dispose)
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_started.Count > 0)
            {
                _whenIdle.Add(dispose);
                return;
            }

            if (!_freed.IsCompleted)
            {
                FreeNeedsLock(dispose);
                return;
            }
        }

        dispose();
    }

    private long Begin()
    {
        lock (_lock)
        {
            if (_isClosed)
                throw new ModelFailedException("it is unloaded");
            mark?.BeginRun();
            var now = time.GetTimestamp();
            _started.Add(now);
            return now;
        }
    }

    private void End(long started)
    {
        lock (_lock)
        {
            _started.Remove(started);
            mark?.EndRun();
            if (_started.Count > 0)
                return;
            _whenIdle.ForEach(FreeNeedsLock);
            _whenIdle.Clear();
        }
    }

    /// <summary>Not on the worker, which others' pairs wait for: it takes as long as freeing gigabytes does.</summary>
    private void FreeNeedsLock(Action dispose) =>
        _freed = _freed.ContinueWith(_ => dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private void Succeeded() => Volatile.Write(ref _failures, 0);

    /// <summary>One text that the model can't score fails as often as somebody sends it, so that failures alone prove nothing.</summary>
    private void Failed(Exception failure, Action probe)
    {
        if (Interlocked.Increment(ref _failures) < MostFailures || _broken.Task.IsCompleted)
            return;
        try
        {
            probe();
            Succeeded();
        }
#pragma warning disable CA1031 // Whatever it is, the model can't score.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _broken.TrySetResult($"{MostFailures} runs in a row failed, the last by \"{failure.Message}\", and so did a pair that the model has scored before: {e.Message}");
        }
    }

    private sealed class WatchedRunner(RunWatch watch, IBatchRunner runner, Action probe) : IBatchRunner
    {
        public void Run(ReadOnlySpan<PairRef> pairs, int rows, int columns, Span<float> logits, CancellationToken abandoned)
        {
            var started = watch.Begin();
            try
            {
                runner.Run(pairs, rows, columns, logits, abandoned);
                watch.Succeeded();
            }
            catch (Exception e) when (!abandoned.IsCancellationRequested)
            {
                watch.Failed(e, probe);
                throw;
            }
            finally
            {
                watch.End(started);
            }
        }
    }
}
