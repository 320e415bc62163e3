using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>The objects of all kinds, and what every write does to them: versions, generations, deletion, and the log of changes.</summary>
internal sealed class ObjectStore(TimeProvider time, Admission? admission, int historyCapacity)
{
    private static readonly KeyOrder Order = new();

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ImmutableSortedDictionary<ObjectKey, StoredObject>> _kinds = [];
    private readonly WatchLog _log = new(historyCapacity);
    private long _version = 1;

    /// <summary>Everything of a kind, in the order of names, at one moment.</summary>
    public (ImmutableSortedDictionary<ObjectKey, StoredObject> Objects, long ResourceVersion) Snapshot(ResourceKind kind)
    {
        lock (_lock)
            return (Objects_NeedsLock(kind), _version);
    }

    public StoredObject? Get(ResourceKind kind, ObjectKey key)
    {
        lock (_lock)
            return Objects_NeedsLock(kind).GetValueOrDefault(key);
    }

    /// <summary>Stores what <paramref name="write"/> makes of the current version, if that differs; null makes nothing of it.</summary>
    /// <returns>The version that is now stored, or that went with the write, if it removed the last finalizer.</returns>
    public StoredObject? Write(ResourceKind kind, ObjectKey key, Func<StoredObject?, Revision?> write)
    {
        lock (_lock)
        {
            var current = Objects_NeedsLock(kind).GetValueOrDefault(key);
            return write(current) is { } revision ? Commit_NeedsLock(kind, key, current, revision) : null;
        }
    }

    /// <returns>False when there is no such object.</returns>
    public bool Delete(ResourceKind kind, ObjectKey key, string? uid)
    {
        lock (_lock)
        {
            if (!Objects_NeedsLock(kind).TryGetValue(key, out var current))
                return false;

            if (uid is not null && uid != current.Uid)
                throw new ConflictException($"{kind} {key}: the precondition's uid is {uid}, the object's {current.Uid}");

            Delete_NeedsLock(current);
            return true;
        }
    }

    /// <summary>Changes after a version, and the signal for the next one.</summary>
    public (IReadOnlyList<LoggedChange> Changes, long ResourceVersion, Task Next) ChangesAfter(long resourceVersion)
    {
        lock (_lock)
        {
            if (resourceVersion < _log.Oldest)
                throw new GoneException($"too old resource version: {resourceVersion} ({_log.Oldest})");

            return (_log.After(resourceVersion), _version, _log.Next);
        }
    }

    public void ForgetHistory()
    {
        lock (_lock)
            _log.Forget(++_version);
    }

    private static string NameOf(ResourceKind kind) => kind.ToString();

    private ImmutableSortedDictionary<ObjectKey, StoredObject> Objects_NeedsLock(ResourceKind kind) =>
        _kinds.GetValueOrDefault(NameOf(kind), ImmutableSortedDictionary.Create<ObjectKey, StoredObject>(Order));

    private StoredObject Commit_NeedsLock(ResourceKind kind, ObjectKey key, StoredObject? current, Revision revision)
    {
        var (content, ownership) = revision;
        ObjectLifecycle.Complete(kind, key, content, current?.Content, time);
        admission?.Invoke(kind, content, current?.Content);
        ObjectRules.Check(kind, key, content);
        if (current is not null)
            ObjectRules.CheckUpdate(kind, key, current.Content, content);
        ObjectLifecycle.SetGeneration(kind, content, current?.Content);
        if (current is not null && JsonNode.DeepEquals(content, current.Content))
        {
            var same = new StoredObject(kind, key, current.ResourceVersion, content, ownership);
            Put_NeedsLock(same);
            return same;
        }

        var stored = new StoredObject(kind, key, ++_version, content, ownership);
        Put_NeedsLock(stored);
        _log.Append(new(stored.ResourceVersion, current, stored, IsDeletion: false));
        if (stored.IsDeleting && stored.Finalizers.Count == 0)
            Remove_NeedsLock(stored);
        else if (stored.Owners.Count > 0)
            CollectIfOrphaned_NeedsLock(stored);

        return stored;
    }

    private void Delete_NeedsLock(StoredObject current)
    {
        if (current.Finalizers.Count == 0)
        {
            Remove_NeedsLock(current);
        }
        else if (!current.IsDeleting)
        {
            var content = current.Copy();
            ObjectLifecycle.StartDeletion(content, time);
            Commit_NeedsLock(current.Kind, current.Key, current, new(content, current.Ownership));
        }
    }

    private void Remove_NeedsLock(StoredObject current)
    {
        var last = new StoredObject(current.Kind, current.Key, ++_version, current.Copy(), current.Ownership);
        _kinds[NameOf(current.Kind)] = Objects_NeedsLock(current.Kind).Remove(current.Key);
        _log.Append(new(last.ResourceVersion, current, last, IsDeletion: true));
        foreach (var dependent in GarbageCollection.Dependents(All_NeedsLock(), current.Uid))
            CollectIfOrphaned_NeedsLock(dependent);
    }

    private void CollectIfOrphaned_NeedsLock(StoredObject dependent)
    {
        switch (GarbageCollection.Decide(dependent, All_NeedsLock()))
        {
            case { Collect: true }:
                Delete_NeedsLock(dependent);
                break;
            case { WithoutDeadOwners: { } content }:
                Commit_NeedsLock(dependent.Kind, dependent.Key, dependent, new(content, dependent.Ownership));
                break;
        }
    }

    private IEnumerable<StoredObject> All_NeedsLock() => _kinds.Values.SelectMany(objects => objects.Values);

    private void Put_NeedsLock(StoredObject stored) =>
        _kinds[NameOf(stored.Kind)] = Objects_NeedsLock(stored.Kind).SetItem(stored.Key, stored);

    private sealed class KeyOrder : IComparer<ObjectKey>
    {
        public int Compare(ObjectKey x, ObjectKey y) =>
            string.CompareOrdinal(x.Namespace, y.Namespace) is var order and not 0 ? order : string.CompareOrdinal(x.Name, y.Name);
    }
}
