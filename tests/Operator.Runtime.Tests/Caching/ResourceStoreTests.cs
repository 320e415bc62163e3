using k8s.Models;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using static Rerank.Operator.Runtime.Tests.Caching.ScriptedApi;

namespace Rerank.Operator.Runtime.Tests.Caching;

public sealed class ResourceStoreTests
{
    private readonly ResourceStore<V1ConfigMap> _store = new();

    [Fact]
    public void Replace_SameObjects_ChangesNothing()
    {
        _store.Replace([Map("a", "1"), Map("b", "2")]);

        Assert.Empty(_store.Replace([Map("b", "2"), Map("a", "1")]));
    }

    [Fact]
    public void Replace_SameNameOfAnotherNamespace_IsAnotherObject()
    {
        _store.Replace([Map("a", "1", "one")]);

        var changes = _store.Replace([Map("a", "1", "one"), Map("a", "1", "two")]);

        Assert.Equal("two", Assert.Single(changes).New!.Metadata.NamespaceProperty);
    }

    [Fact]
    public void Replace_DeletedAndMadeAgain_TellsBothStates()
    {
        _store.Replace([Map("a", "1")]);
        var again = Map("a", "9");
        again.Metadata.Uid = "another";

        var change = Assert.Single(_store.Replace([again]));

        Assert.Equal(("uid-a", "another"), (change.Old!.Metadata.Uid, change.New!.Metadata.Uid));
    }

    [Fact]
    public void Apply_Deleted_TellsTheLastState()
    {
        _store.Replace([Map("a", "1")]);

        var change = _store.Apply(new WatchEvent<V1ConfigMap>(WatchChange.Deleted, "5", Map("a", "5")));

        Assert.Equal("5", change!.Value.Old!.Metadata.ResourceVersion);
        Assert.Null(change.Value.New);
        Assert.Empty(_store.Snapshot);
    }

    [Fact]
    public void Snapshot_TakenBefore_DoesNotChange()
    {
        _store.Replace([Map("a", "1")]);
        var before = _store.Snapshot;

        _store.Apply(new WatchEvent<V1ConfigMap>(WatchChange.Added, "5", Map("b", "5")));

        Assert.Single(before);
        Assert.Equal(2, _store.Snapshot.Count);
    }
}
