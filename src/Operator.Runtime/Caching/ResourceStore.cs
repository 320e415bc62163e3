using System.Collections.Immutable;
using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Runtime.Caching;

/// <summary>The objects of a kind, as an immutable snapshot that one writer swaps.</summary>
internal sealed class ResourceStore<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private volatile ImmutableDictionary<ObjectKey, T> _snapshot = ImmutableDictionary<ObjectKey, T>.Empty;

    public ImmutableDictionary<ObjectKey, T> Snapshot => _snapshot;

    /// <summary>Takes the whole truth, and says what it changed: also what is gone.</summary>
    public IReadOnlyList<Change<T>> Replace(IEnumerable<T> objects)
    {
        var old = _snapshot;
        var now = objects.ToImmutableDictionary(o => ObjectKey.Of(o));
        var changes = new List<Change<T>>();

        foreach (var (key, value) in now)
        {
            var before = old.GetValueOrDefault(key);
            if (before is null || !SameVersion(before, value))
                changes.Add(new Change<T>(before, value));
        }

        foreach (var (key, value) in old)
        {
            if (!now.ContainsKey(key))
                changes.Add(new Change<T>(value, null));
        }

        _snapshot = now;
        return changes;
    }

    /// <returns>Null when the event tells nothing new.</returns>
    public Change<T>? Apply(WatchEvent<T> change)
    {
        if (change.Change == WatchChange.Bookmark || change.Object is not { } value)
            return null;

        var key = ObjectKey.Of(value);
        var before = _snapshot.GetValueOrDefault(key);

        if (change.Change == WatchChange.Deleted)
        {
            if (before is null)
                return null;

            _snapshot = _snapshot.Remove(key);
            return new Change<T>(value, null);
        }

        if (before is not null && SameVersion(before, value))
            return null;

        _snapshot = _snapshot.SetItem(key, value);
        return new Change<T>(before, value);
    }

    private static bool SameVersion(T a, T b) =>
        a.Metadata.ResourceVersion == b.Metadata.ResourceVersion && a.Metadata.Uid == b.Metadata.Uid;
}
