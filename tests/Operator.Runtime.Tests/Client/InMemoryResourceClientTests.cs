using System.Text.Json.Nodes;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;

namespace Rerank.Operator.Runtime.Tests.Client;

/// <summary>What the suite shared with the real server can't show.</summary>
public sealed class InMemoryResourceClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Apply_AdmissionSetsADefault_IsStoredAndNoChangeTheNextTime()
    {
        var client = new InMemoryResourceClient(TimeProvider.System, (_, candidate, _) => candidate["data"]!["size"] ??= "3");

        var first = await client.ApplyAsync(ConfigMap(("color", "red")), Cancel);
        var second = await client.ApplyAsync(ConfigMap(("color", "red")), Cancel);

        Assert.Equal("3", second.Data["size"]);
        Assert.Equal(first.Metadata.ResourceVersion, second.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Apply_AdmissionRefuses_StoresNothing()
    {
        var client = new InMemoryResourceClient(TimeProvider.System, Refuse);

        await Assert.ThrowsAsync<HttpOperationException>(() => client.ApplyAsync(ConfigMap(("color", "red")), Cancel));

        Assert.Null(await client.GetAsync<V1ConfigMap>(new("ns", "a"), Cancel));

        static void Refuse(ResourceKind kind, JsonObject candidate, JsonObject? current) => throw Refusal.Invalid(kind, "a", "never");
    }

    [Fact]
    public async Task Apply_OwnerThatDoesNotExist_IsCollected()
    {
        var client = new InMemoryResourceClient(TimeProvider.System);
        var map = ConfigMap(("a", "b"));
        map.Metadata.OwnerReferences = [new() { ApiVersion = "v1", Kind = "ConfigMap", Name = "absent", Uid = "absent" }];

        await client.ApplyAsync(map, Cancel);

        Assert.Null(await client.GetAsync<V1ConfigMap>(new("ns", "a"), Cancel));
    }

    [Fact]
    public async Task List_ContinueTokenForgotten_IsGone()
    {
        var client = new InMemoryResourceClient(TimeProvider.System, pageSize: 1);
        await client.ApplyAsync(ConfigMap("a"), Cancel);
        await client.ApplyAsync(ConfigMap("b"), Cancel);
        var page = await client.ListAsync<V1ConfigMap>("ns", null, null, Cancel);

        client.ForgetHistory();

        await Assert.ThrowsAsync<GoneException>(() => client.ListAsync<V1ConfigMap>("ns", null, page.ContinueToken, Cancel));
    }

    [Fact]
    public async Task Watch_MoreChangesThanAreKept_IsGone()
    {
        var client = new InMemoryResourceClient(TimeProvider.System, history: 2);
        var start = (await client.ListAsync<V1ConfigMap>("ns", null, null, Cancel)).ResourceVersion;
        foreach (var name in (string[])["a", "b", "c"])
            await client.ApplyAsync(ConfigMap(name), Cancel);

        await using var events = client.WatchAsync<V1ConfigMap>("ns", null, start, TimeSpan.FromMinutes(1), Cancel).GetAsyncEnumerator(Cancel);

        await Assert.ThrowsAsync<GoneException>(async () => await events.MoveNextAsync());
    }

    [Fact]
    public async Task Watch_NothingHappens_SendsABookmarkEveryMinuteAndEndsInTime()
    {
        var time = new FakeTimeProvider();
        var client = new InMemoryResourceClient(time);
        await using var events = client.WatchAsync<V1ConfigMap>("ns", null, "1", TimeSpan.FromSeconds(90), Cancel).GetAsyncEnumerator(Cancel);

        var first = events.MoveNextAsync();
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(await first);
        Assert.Equal(new WatchEvent<V1ConfigMap>(WatchChange.Bookmark, "1", null), events.Current);
        var second = events.MoveNextAsync();
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await second);

        Assert.False(await events.MoveNextAsync());
    }

    [Fact]
    public async Task Watch_FromNothing_StartsWithWhatThereIs()
    {
        var client = new InMemoryResourceClient(TimeProvider.System);
        await client.ApplyAsync(ConfigMap("a"), Cancel);

        await using var events = client.WatchAsync<V1ConfigMap>("ns", null, "0", TimeSpan.FromMinutes(1), Cancel).GetAsyncEnumerator(Cancel);

        Assert.True(await events.MoveNextAsync());
        Assert.Equal((WatchChange.Added, "a"), (events.Current.Change, events.Current.Object!.Metadata.Name));
    }

    [Fact]
    public async Task Apply_ByManyAtOnce_LosesNothing()
    {
        var client = new InMemoryResourceClient(TimeProvider.System);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 50),
            Cancel,
            async (writer, cancel) => await client.As($"writer-{writer}").ApplyAsync(ConfigMap(($"key-{writer}", "1")), cancel));

        Assert.Equal(50, (await client.GetAsync<V1ConfigMap>(new("ns", "a"), Cancel))!.Data.Count);
    }

    [Fact]
    public async Task Get_CreationTime_IsTheClocks()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

        var applied = await new InMemoryResourceClient(time).ApplyAsync(ConfigMap("a"), Cancel);

        Assert.Equal(time.GetUtcNow().UtcDateTime, applied.Metadata.CreationTimestamp);
    }

    [Fact]
    public async Task List_MalformedSelector_IsRefused() => await Assert.ThrowsAsync<HttpOperationException>(
        () => new InMemoryResourceClient(TimeProvider.System).ListAsync<V1ConfigMap>("ns", "a b", null, Cancel));

    private static V1ConfigMap ConfigMap(string name) => new() { Metadata = new() { Name = name, NamespaceProperty = "ns" } };

    private static V1ConfigMap ConfigMap(params (string Key, string Value)[] data) =>
        new() { Metadata = ConfigMap("a").Metadata, Data = data.ToDictionary(entry => entry.Key, entry => entry.Value) };
}
