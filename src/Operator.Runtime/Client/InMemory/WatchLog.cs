namespace Rerank.Operator.Runtime.Client.InMemory;

/// <param name="Before">Null when it was added.</param>
/// <param name="After">The object as it is after the change; for a deletion, as it was at last.</param>
internal sealed record LoggedChange(long ResourceVersion, StoredObject? Before, StoredObject After, bool IsDeletion)
{
    /// <summary>What the change is to somebody who only sees what the selector selects; null: nothing.</summary>
    public WatchChange? SeenThrough(LabelSelector selector)
    {
        var was = Before is not null && selector.Matches(Before.Labels);
        var matches = !IsDeletion && selector.Matches(After.Labels);
        return (was, matches) switch
        {
            (true, true) => WatchChange.Modified,
            (false, true) => WatchChange.Added,
            (true, false) => WatchChange.Deleted,
            _ => null,
        };
    }
}

/// <summary>The latest changes, in order, for watches to start from. Everything is called under the store's lock.</summary>
internal sealed class WatchLog(int capacity)
{
    private readonly Queue<LoggedChange> _changes = new();
    private TaskCompletionSource _next = NewSignal();

    /// <summary>Watches can start here or later.</summary>
    public long Oldest { get; private set; }

    /// <summary>Completes at the next change.</summary>
    public Task Next => _next.Task;

    public void Append(LoggedChange change)
    {
        _changes.Enqueue(change);
        if (_changes.Count > capacity)
            Oldest = _changes.Dequeue().ResourceVersion;

        Interlocked.Exchange(ref _next, NewSignal()).SetResult();
    }

    public void Forget(long resourceVersion)
    {
        _changes.Clear();
        Oldest = resourceVersion;
    }

    public IReadOnlyList<LoggedChange> After(long resourceVersion) => [.. _changes.Where(change => change.ResourceVersion > resourceVersion)];

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
