namespace Rerank.RerankerHost.Models;

/// <summary>
/// Lets one model load at a time: loading takes a multiple of a model's memory for a moment, and one at a time keeps the peak low. A required model goes before all others that
/// wait, since readiness waits for it: a candidate of many gigabytes must not keep a pod that restarts from serving.
/// </summary>
internal sealed class LoadGate
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _required = [];
    private readonly LinkedList<TaskCompletionSource> _others = [];
    private bool _isTaken;

    /// <returns>To be disposed when the load is done, however it ends.</returns>
    /// <exception cref="OperationCanceledException">While it waited.</exception>
    public async Task<IDisposable> EnterAsync(bool isRequired, CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        var queue = isRequired ? _required : _others;
        lock (_lock)
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return new Turn(this);
            }

            place = queue.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            await place.Value.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                // Its turn may have come in the same moment, and is the next one's then.
                if (place.List is null)
                    PassOnNeedsLock();
                else
                    queue.Remove(place);
            }

            throw;
        }

        return new Turn(this);
    }

    private void PassOnNeedsLock()
    {
        var queue = _required.Count > 0 ? _required : _others;
        if (queue.First is not { } next)
        {
            _isTaken = false;
            return;
        }

        queue.RemoveFirst();
        next.Value.SetResult();
    }

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
