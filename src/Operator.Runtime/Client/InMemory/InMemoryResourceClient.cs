using System.Runtime.CompilerServices;
using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>
/// An API server inside this process, for local mode and tests: what <see cref="IResourceClient"/> promises holds as it does for a real one,
/// which one suite of tests shows for both. It has no schemas (<see cref="Admission"/> may add them) and no controllers but the garbage
/// collector, which acts at once.
/// </summary>
public sealed class InMemoryResourceClient : IResourceClient
{
    private const int DefaultPageSize = 500;
    private const int DefaultHistory = 10_000;

    private readonly ObjectStore _store;
    private readonly ListPages _pages;
    private readonly ObjectWatch _watch;
    private readonly TimeProvider _time;
    private readonly ObjectWriter _writer;
    private readonly bool _shares;

    /// <param name="history">Changes that are kept for watches to start from.</param>
    public InMemoryResourceClient(
        TimeProvider time, Admission? admission = null, string fieldManager = ResourceClient.DefaultFieldManager, int pageSize = DefaultPageSize,
        int history = DefaultHistory)
        : this(new ObjectStore(time, admission, history), new ListPages(pageSize), time, fieldManager)
    {
    }

    private InMemoryResourceClient(ObjectStore store, ListPages pages, TimeProvider time, string fieldManager, bool shares = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(fieldManager);
        _shares = shares;
        _store = store;
        _pages = pages;
        _time = time;
        _watch = new(store, time);
        _writer = new(store, fieldManager);
        Objects = new(store, _watch);
    }

    /// <summary>The same server's objects as JSON.</summary>
    public InMemoryJsonObjects Objects { get; }

    /// <summary>The same server, written to by another manager of fields, such as a controller of the cluster's own.</summary>
    public InMemoryResourceClient As(string fieldManager, int pageSize = DefaultPageSize) => new(_store, new ListPages(pageSize), _time, fieldManager);

    /// <summary>
    /// The same server, for readers who change nothing of what they read: lists and gets give all of them the same objects, which are made once for each version.
    /// </summary>
    internal InMemoryResourceClient Sharing(string fieldManager = ResourceClient.DefaultFieldManager) => new(_store, _pages, _time, fieldManager, shares: true);

    /// <summary>Makes every resourceVersion so far too old to watch from, and this client's continue tokens too old to go on with.</summary>
    public void ForgetHistory()
    {
        _store.ForgetHistory();
        _pages.Forget();
    }

    public Task<ResourcePage<T>> ListAsync<T>(string? ns, string? labelSelector, string? continueToken, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Run(() =>
        {
            var kind = ResourceKind.Of<T>();
            ListPage page;
            if (continueToken is null)
            {
                var (objects, version) = _watch.List(kind, ns, LabelSelector.Parse(labelSelector));
                page = _pages.First(objects, version);
            }
            else
            {
                page = _pages.Next(continueToken);
            }

            return new ResourcePage<T>([.. page.Items.Select(Found<T>)], page.ResourceVersion.ToString(), page.ContinueToken);
        }, cancellationToken);

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? ns, string? labelSelector, string resourceVersion, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        if (!long.TryParse(resourceVersion, out var from))
            throw Refusal.BadRequest($"Invalid value: \"{resourceVersion}\": resourceVersion");

        var changes = _watch.Changes(ResourceKind.Of<T>(), ns, LabelSelector.Parse(labelSelector), from, timeout, cancellationToken);
        await foreach (var (change, version, stored) in changes)
            yield return new(change, version.ToString(), stored is null ? default : Read<T>(stored));
    }

    public Task<T?> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        Run(() => _store.Get(ResourceKind.Of<T>(), key) is { } stored ? Found<T>(stored) : null, cancellationToken);

    public Task<T> ApplyAsync<T>(T desired, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Run(() =>
        {
            var kind = ResourceKind.Of<T>();
            return Read<T>(_writer.Apply(kind, ObjectKey.Of(desired), ObjectManifest.ForApply(kind, desired), MergeSchema.Of(typeof(T))));
        }, cancellationToken);

    public Task ApplyStatusAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Run(() =>
        {
            var kind = ResourceKind.Of<T>();
            return _writer.ApplyStatus(kind, ObjectKey.Of(entity), ObjectManifest.ForStatus(kind, entity), MergeSchema.Of(typeof(T)));
        }, cancellationToken);

    public Task<T> SetFinalizersAsync<T>(T entity, IReadOnlyList<string> finalizers, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Run(() =>
        {
            var (uid, version) = (entity.Metadata.Uid, entity.Metadata.ResourceVersion);
            return Read<T>(_writer.SetFinalizers(ResourceKind.Of<T>(), ObjectKey.Of(entity), uid, version, finalizers, MergeSchema.Of(typeof(T))));
        }, cancellationToken);

    public Task DeleteAsync<T>(ObjectKey key, string? uid, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Run(() => _store.Delete(ResourceKind.Of<T>(), key, uid), cancellationToken);

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => Run(() =>
        {
            var kind = ResourceKind.Of<T>();
            return Read<T>(_writer.Create(kind, ObjectKey.Of(entity), ObjectManifest.ForApply(kind, entity), MergeSchema.Of(typeof(T))));
        }, cancellationToken);

    private T Found<T>(StoredObject stored)
        where T : IKubernetesObject<V1ObjectMeta> => _shares ? stored.Shared(Read<T>) : Read<T>(stored);

    private static T Read<T>(StoredObject stored)
        where T : IKubernetesObject<V1ObjectMeta> => ResourceKind.Of<T>().Stamp(KubernetesJson.Deserialize<T>(stored.Json));

    // A caller sees errors where it would see a server's: when it awaits.
    private static async Task<T> Run<T>(Func<T> action, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await Task.FromResult(action());
    }
}
