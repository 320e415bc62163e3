using System.Runtime.CompilerServices;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>Reads of one kind: what there is, and what changes.</summary>
internal sealed class ObjectWatch(ObjectStore store, TimeProvider time)
{
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromMinutes(1);

    public (IReadOnlyList<StoredObject> Objects, long ResourceVersion) List(ResourceKind kind, string? ns, LabelSelector selector)
    {
        var (objects, version) = store.Snapshot(kind);
        return ([.. objects.Values.Where(stored => In(ns, stored) && selector.Matches(stored.Labels))], version);
    }

    /// <param name="from">0: starts with what there is.</param>
    public async IAsyncEnumerable<(WatchChange Change, long ResourceVersion, StoredObject? Object)> Changes(
        ResourceKind kind, string? ns, LabelSelector selector, long from, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        if (from == 0)
        {
            (var objects, from) = List(kind, ns, selector);
            foreach (var stored in objects)
                yield return (WatchChange.Added, stored.ResourceVersion, stored);
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (changes, reached, next) = store.ChangesAfter(from);
            foreach (var change in changes)
            {
                if (change.After.IsOf(kind) && In(ns, change.After) && change.SeenThrough(selector) is { } seen)
                    yield return (seen, change.ResourceVersion, change.After);
            }

            from = Math.Max(from, reached);
            var left = timeout - time.GetElapsedTime(start);
            if (left > TimeSpan.Zero && await Completes(next, left < BookmarkPeriod ? left : BookmarkPeriod, cancellationToken))
                continue;

            yield return (WatchChange.Bookmark, from, null);
            if (left <= BookmarkPeriod)
                yield break;
        }
    }

    private static bool In(string? ns, StoredObject stored) => ns is null || stored.Key.Namespace == ns;

    private async Task<bool> Completes(Task next, TimeSpan period, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(period, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
