using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Client;
using Xunit;

namespace Rerank.TestKit.Contract;

public abstract class WatchContract(IContractServer server) : ClientContract(server)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Watch_ChangesAfterTheVersion_ArriveInOrder()
    {
        await Client.ApplyAsync(Labelled("before", ("app", "x")), Cancel);
        var start = await Version<V1ConfigMap>();
        var added = await Client.ApplyAsync(Labelled("a", ("app", "x")), Cancel);
        var changed = Labelled("a", ("app", "x"));
        changed.Data["a"] = "2";
        var modified = await Client.ApplyAsync(changed, Cancel);
        await Client.DeleteAsync<V1ConfigMap>(Key("a"), null, Cancel);

        var events = await Take<V1ConfigMap>(3, "app=x", start);

        Assert.Equal([WatchChange.Added, WatchChange.Modified, WatchChange.Deleted], events.Select(change => change.Change));
        Assert.Equal(["1", "2", "2"], events.Select(change => change.Object!.Data["a"]));
        Assert.Equal([added.Metadata.ResourceVersion, modified.Metadata.ResourceVersion], events.Take(2).Select(change => change.ResourceVersion));
        Assert.True(long.Parse(events[2].ResourceVersion) > long.Parse(events[1].ResourceVersion));
        Assert.All(events, change => Assert.Equal(("v1", "ConfigMap"), (change.Object!.ApiVersion, change.Object.Kind)));
        Assert.All(events, change => Assert.Equal(change.ResourceVersion, change.Object!.Metadata.ResourceVersion));
    }

    [Fact]
    public async Task Watch_ChangesWhileItRuns_Arrive()
    {
        var start = await Version<Widget>();
        var watched = Take<Widget>(2, null, start);

        await Client.ApplyAsync(Widget("a", size: 1), Cancel);
        await Client.ApplyAsync(Widget("b", size: 2), Cancel);

        Assert.Equal(["a", "b"], (await watched).Select(change => change.Object!.Metadata.Name));
    }

    [Fact]
    public async Task Watch_FromTheVersionOfAnEvent_GoesOnAfterIt()
    {
        // A server may forget at any moment, as one does that has only begun to keep changes of a kind: then one begins anew.
        const int Tries = 3;
        for (var number = 1; ; number++)
        {
            try
            {
                var start = await Version<Widget>();
                await Client.ApplyAsync(Widget($"a{number}"), Cancel);
                await Client.ApplyAsync(Widget($"b{number}"), Cancel);
                var first = await Take<Widget>(1, null, start);

                var second = await Take<Widget>(1, null, first[0].ResourceVersion);

                Assert.Equal([$"a{number}", $"b{number}"], first.Concat(second).Select(change => change.Object!.Metadata.Name));
                return;
            }
            catch (GoneException) when (number < Tries)
            {
            }
        }
    }

    [Fact]
    public async Task Watch_ObjectEntersAndLeavesTheSelector_IsAddedAndDeleted()
    {
        await Client.ApplyAsync(Labelled("a", ("app", "y")), Cancel);
        var start = await Version<V1ConfigMap>();
        await Client.ApplyAsync(Labelled("a", ("app", "x")), Cancel);
        await Client.ApplyAsync(Labelled("a", ("app", "x"), ("more", "z")), Cancel);
        var left = await Client.ApplyAsync(Labelled("a", ("app", "y")), Cancel);

        var events = await Take<V1ConfigMap>(3, "app=x", start);

        Assert.Equal([WatchChange.Added, WatchChange.Modified, WatchChange.Deleted], events.Select(change => change.Change));
        Assert.Equal(left.Metadata.ResourceVersion, events[2].ResourceVersion);
    }

    [Fact]
    public async Task Watch_AllNamespaces_HasThisOne()
    {
        var start = await Version<Widget>();
        var widget = Widget("a");
        widget.Metadata.Labels = new Dictionary<string, string> { ["in"] = Server.Namespace };
        await Client.ApplyAsync(widget, Cancel);

        await using var events = Client.WatchAsync<Widget>(null, $"in={Server.Namespace}", start, Long, Cancel).GetAsyncEnumerator(Cancel);

        Assert.True(await events.MoveNextAsync());
        Assert.Equal(Server.Namespace, events.Current.Object!.Metadata.NamespaceProperty);
    }

    [Fact]
    public async Task Watch_TooOldVersion_IsGone()
    {
        await Client.ApplyAsync(Widget("a"), Cancel);
        Server.ForgetHistory();

        await Assert.ThrowsAsync<GoneException>(() => Take<Widget>(1, null, "1"));
    }

    [Fact]
    public async Task Watch_NothingHappens_EndsQuietly()
    {
        var start = await Version<V1Secret>();

        await foreach (var change in Client.WatchAsync<V1Secret>(Server.Namespace, "app=none", start, TimeSpan.FromSeconds(1), Cancel))
            Assert.Equal(WatchChange.Bookmark, change.Change);
    }

    [Fact]
    public async Task Watch_NearItsEnd_SendsABookmark()
    {
        var start = await Version<V1ConfigMap>();
        await Client.ApplyAsync(Labelled("a", ("app", "y")), Cancel);

        List<WatchEvent<V1ConfigMap>> events = [];
        await foreach (var change in Client.WatchAsync<V1ConfigMap>(Server.Namespace, "app=x", start, TimeSpan.FromSeconds(5), Cancel))
            events.Add(change);

        Assert.NotEmpty(events);
        Assert.All(events, change => Assert.Equal((WatchChange.Bookmark, null), (change.Change, change.Object)));
        Assert.True(long.Parse(events[^1].ResourceVersion) > long.Parse(start));
    }

    [Fact]
    public async Task Watch_Cancelled_Throws()
    {
        var start = await Version<V1Secret>();
        using var stop = new CancellationTokenSource();
        var watch = Task.Run(
            async () =>
            {
                await foreach (var _ in Client.WatchAsync<V1Secret>(Server.Namespace, "app=none", start, Long, stop.Token))
                {
                }
            },
            Cancel);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel));
    }

    private async Task<string> Version<T>()
        where T : IKubernetesObject<V1ObjectMeta> => (await Client.ListAsync<T>(Server.Namespace, null, null, Cancel)).ResourceVersion;

    private async Task<List<WatchEvent<T>>> Take<T>(int count, string? selector, string from)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        List<WatchEvent<T>> events = [];
        await foreach (var change in Client.WatchAsync<T>(Server.Namespace, selector, from, Long, Cancel))
        {
            if (change.Change != WatchChange.Bookmark)
                events.Add(change);
            if (events.Count == count)
                break;
        }

        return events;
    }
}
