namespace Rerank.RerankerHost.Models;

/// <summary>
/// Lets one model load at a time: loading takes a multiple of a model's memory for a moment, and one at a time keeps the peak low. A required model goes before all others that
/// wait, since readiness waits for it: a candidate of many gigabytes must not keep a pod that restarts from serving.
/// </summary>
internal sealed class LoadGate
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = [];
    private bool _isTaken;

    /// <summary>Whether a required model waits for its turn.</summary>
    public bool IsRequiredWaiting
    {
        get
        {
            lock (_lock)
                return _waiters.Any(waiter => waiter.IsRequired());
        }
    }

    /// <param name="isRequired">Asked whenever a turn is given: what waits may become required meanwhile.</param>
    /// <returns>To be disposed when the load is done, however it ends.</returns>
    /// <exception cref="OperationCanceledException">While it waited.</exception>
    public async Task<IDisposable> EnterAsync(Func<bool> isRequired, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> place;
        lock (_lock)
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return new Turn(this);
            }

            place = _waiters.AddLast(new Waiter(isRequired, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        try
        {
            await place.Value.Turn.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                // Its turn may have come in the same moment, and is the next one's then.
                if (place.List is null)
                    PassOnNeedsLock();
                else
                    _waiters.Remove(place);
            }

            throw;
        }

        return new Turn(this);
    }

    private void PassOnNeedsLock()
    {
        var next = _waiters.First;
        while (next is not null && !next.Value.IsRequired())
            next = next.Next;
        next ??= _waiters.First;
        if (next is null)
        {
            _isTaken = false;
            return;
        }

        _waiters.Remove(next);
        next.Value.Turn.SetResult();
    }

    private sealed record Waiter(Func<bool> IsRequired, TaskCompletionSource Turn);

    private sealed class Turn(LoadGate gate) : IDisposable
    {
        private LoadGate? _gate = gate;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gate, null) is not { } gate)
                return;
            lock (gate._lock)
                gate.PassOnNeedsLock();
        }
    }
}
