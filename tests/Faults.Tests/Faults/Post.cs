namespace Rerank.Faults.Tests.Faults;

/// <summary>
/// Has requests to routers and hosts that are under way at the same time arrive in an order that chance decides: the same one for the same seed, whatever
/// threads do.
/// </summary>
internal sealed class Post
{
    private readonly List<TaskCompletionSource> _waiting = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _arrival = NewArrival();

    /// <summary>Null has each arrive as soon as it is sent.</summary>
    public Random? Order { get; set; }

    /// <summary>Ends when it is the request's turn.</summary>
    public Task TurnAsync()
    {
        if (Order is null)
            return Task.CompletedTask;
        var turn = new TaskCompletionSource();
        lock (_lock)
        {
            _waiting.Add(turn);
            _arrival.TrySetResult();
        }

        return turn.Task;
    }

    /// <summary>Delivers, one after the other, what some work sends until it is done.</summary>
    public async Task<T> DeliverAsync<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            // What follows from a request happens before the next one.
            if (Next() is { } turn)
                turn.SetResult();
            else
                await Task.WhenAny(work, _arrival.Task);
        }

        return await work;
    }

    private TaskCompletionSource? Next()
    {
        lock (_lock)
        {
            if (Order is null || _waiting.Count == 0)
            {
                if (_arrival.Task.IsCompleted)
                    _arrival = NewArrival();
                return null;
            }

            var at = Order.Next(_waiting.Count);
            var next = _waiting[at];
            _waiting.RemoveAt(at);
            return next;
        }
    }

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
