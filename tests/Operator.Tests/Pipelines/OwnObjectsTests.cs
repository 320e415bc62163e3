using k8s;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Manifests;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Pipelines;

/// <summary>Read-your-writes: the cache is used when it can't be behind, and only then. Its copies bear a mark here.</summary>
public sealed class OwnObjectsTests : IAsyncLifetime
{
    private const string Mark = "from-cache";
    private static readonly ObjectKey Key = new(Samples.Namespace, "search-router");

    private readonly InMemoryResourceClient _api = new(new FakeTimeProvider());
    private readonly HeldCache _cache = new();
    private PipelineOwner _owner = null!;
    private OwnObjects<V1ConfigMap> _objects = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _owner = PipelineOwner.Of(await _api.CreateAsync(Samples.TwoTiers(), Stop));
        _objects = new(_api, _cache);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Get_NeverRead_AsksTheServer()
    {
        _cache.Hold(await StoreAsync("1"));

        Assert.False(IsOfCache(await _objects.GetAsync(Key, Stop)));
    }

    [Fact]
    public async Task Get_CacheHasTheVersionThatWasRead_AsksTheCache()
    {
        _cache.Hold(await StoreAsync("1"));
        await _objects.GetAsync(Key, Stop);

        Assert.True(IsOfCache(await _objects.GetAsync(Key, Stop)));
    }

    [Fact]
    public async Task Get_CacheBehindAnOwnWrite_AsksTheServer()
    {
        _cache.Hold(await StoreAsync("1"));
        await _objects.GetAsync(Key, Stop);
        var written = await _objects.ApplyAsync(_owner, Map("2"), Stop);

        Assert.Equal("2", (await _objects.GetAsync(Key, Stop))!.Data["value"]);

        _cache.Hold(written);
        Assert.True(IsOfCache(await _objects.GetAsync(Key, Stop)));
    }

    [Fact]
    public async Task Get_CacheShowsAVersionFromTheMeantimeOrThePast_AsksTheServer()
    {
        var first = await StoreAsync("1");
        await StoreAsync("2");
        await _objects.GetAsync(Key, Stop);
        _cache.Hold(first);

        Assert.Equal("2", (await _objects.GetAsync(Key, Stop))!.Data["value"]);
    }

    [Fact]
    public async Task Get_SomebodyChangedIt_AsksTheServer()
    {
        _cache.Hold(await StoreAsync("1"));
        await _objects.GetAsync(Key, Stop);
        _cache.Hold(await StoreAsync("theirs"));

        Assert.Equal("theirs", (await _objects.GetAsync(Key, Stop))!.Data["value"]);
    }

    [Fact]
    public async Task Get_NotThere_IsRememberedUntilTheCacheHasOne()
    {
        Assert.Null(await _objects.GetAsync(Key, Stop));
        var made = await StoreAsync("1");

        // Nobody else makes such objects; the news of one that does comes by the cache.
        Assert.Null(await _objects.GetAsync(Key, Stop));
        _cache.Hold(made);
        Assert.Equal("1", (await _objects.GetAsync(Key, Stop))!.Data["value"]);
    }

    [Fact]
    public async Task Get_WriteWhoseAnswerWasLost_AsksTheServer()
    {
        var crash = new CrashPoint();
        var objects = new OwnObjects<V1ConfigMap>(new CrashingClient(_api, crash), _cache);
        _cache.Hold(await StoreAsync("1"));
        await objects.GetAsync(Key, Stop);
        crash.After(1);
        await Assert.ThrowsAsync<CrashException>(() => objects.ApplyAsync(_owner, Map("2"), Stop));

        Assert.Equal("2", (await objects.GetAsync(Key, Stop))!.Data["value"]);
    }

    [Fact]
    public async Task Get_Deleted_AsksTheServer()
    {
        _cache.Hold(await StoreAsync("1"));
        await _objects.GetAsync(Key, Stop);
        await _objects.DeleteAsync(_owner, Key, uid: null, Stop);

        Assert.Null(await _objects.GetAsync(Key, Stop));
    }

    [Fact]
    public async Task List_CacheHasWhatWasListed_AsksTheCache()
    {
        _cache.Hold(await StoreAsync("1"));
        Assert.False(IsOfCache(Assert.Single(await _objects.ListAsync(_owner, Stop))));

        Assert.True(IsOfCache(Assert.Single(await _objects.ListAsync(_owner, Stop))));
    }

    [Fact]
    public async Task List_CacheBehindAnOwnWrite_AsksTheServer()
    {
        _cache.Hold(await StoreAsync("1"));
        await _objects.ListAsync(_owner, Stop);
        var written = await _objects.ApplyAsync(_owner, Map("2", "search-pool"), Stop);

        Assert.Equal(2, (await _objects.ListAsync(_owner, Stop)).Count);

        _cache.Hold(written);
        Assert.All(await _objects.ListAsync(_owner, Stop), map => Assert.True(IsOfCache(map)));
    }

    [Fact]
    public async Task List_CacheBehindAnOwnDeletion_AsksTheServer()
    {
        _cache.Hold(await StoreAsync("1"));
        await _objects.ListAsync(_owner, Stop);
        await _objects.DeleteAsync(_owner, Key, uid: null, Stop);

        Assert.Empty(await _objects.ListAsync(_owner, Stop));
    }

    [Fact]
    public async Task List_OfAnotherOwner_IsNotMixedIn()
    {
        _cache.Hold(await StoreAsync("1"));
        var other = _owner with { Uid = "another" };

        Assert.Empty(await _objects.ListAsync(other, Stop));
        Assert.Empty(await _objects.ListAsync(other, Stop));
    }

    [Fact]
    public async Task List_AfterForget_AsksTheServer()
    {
        _cache.Hold(await StoreAsync("1"));
        await _objects.ListAsync(_owner, Stop);
        _objects.Forget(_owner);

        Assert.False(IsOfCache(Assert.Single(await _objects.ListAsync(_owner, Stop))));
    }

    private static bool IsOfCache(V1ConfigMap? map) => map?.Metadata.Annotations?.ContainsKey(Mark) ?? false;

    private Task<V1ConfigMap> StoreAsync(string value) => _api.ApplyAsync(Map(value), Stop);

    private V1ConfigMap Map(string value, string? name = null) => new()
    {
        ApiVersion = "v1",
        Kind = V1ConfigMap.KubeKind,
        Metadata = _owner.Metadata(name ?? Key.Name, Labels.Of(_owner.Names)),
        Data = new Dictionary<string, string> { ["value"] = value },
    };

    private sealed class HeldCache : IResourceCache<V1ConfigMap>
    {
        private readonly Dictionary<ObjectKey, V1ConfigMap> _held = [];

        public bool HasSynced => true;

        public void Hold(V1ConfigMap map)
        {
            var copy = KubernetesJson.Deserialize<V1ConfigMap>(KubernetesJson.Serialize(map));
            copy.Metadata.Annotations = new Dictionary<string, string> { [Mark] = "" };
            _held[ObjectKey.Of(copy)] = copy;
        }

        public V1ConfigMap? Get(ObjectKey key) => _held.GetValueOrDefault(key);

        public IReadOnlyCollection<V1ConfigMap> List(string? ns = null) => [.. _held.Values];

        public Task WaitForSyncAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
