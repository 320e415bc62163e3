namespace Rerank.Router.Admin;

/// <summary>Counts the changes that a long poll waits for: of the table in force, of its confirmation, and the trip of its candidate.</summary>
internal sealed class StatusVersion(IHostApplicationLifetime lifetime, TimeProvider time)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = NewChange();

    // Not 0, which is what an asker has that has read nothing.
    private long _number = 1;

    /// <summary>To be read before what it is the version of: what changes in between is then news for the next poll.</summary>
    public long Number
    {
        get
        {
            lock (_lock)
                return _number;
        }
    }

    /// <summary>After a change can be read.</summary>
    public void Raise()
    {
        TaskCompletionSource change;
        lock (_lock)
        {
            _number++;
            (change, _next) = (_next, NewChange());
        }

        change.SetResult();
    }

    /// <summary>Ends when the version isn't the known one any more, when that took too long, or when the router stops.</summary>
    public async Task WaitAsync(long known, TimeSpan longest, CancellationToken cancellationToken)
    {
        Task change;
        lock (_lock)
        {
            if (known != _number)
                return;
            change = _next.Task;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await change.WaitAsync(longest, time, either.Token);
        }
        catch (TimeoutException)
        {
            // The same version is an answer too.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Whoever asks has an answer sooner than the router's end.
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
