using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// Objects that only this operator writes, and by which it decides. An informer's cache is asked for them only while it has the very versions that this process
/// itself read from the API server or wrote last: then the API server has nothing else to say. A cache that lags, a new process, a write whose answer was lost,
/// somebody else's change: the API server is asked.
/// </summary>
/// <remarks>Every write of such objects has to go through here, since what is remembered would be wrong otherwise.</remarks>
internal sealed class OwnObjects<T>(IResourceClient client, IResourceCache<T> cache)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    // Version that is known to be there, by key; null: known not to be there. Absent: not known.
    private readonly ConcurrentDictionary<ObjectKey, string?> _versions = new();

    // All of a pipeline's objects, by the pipeline's uid: their versions by key.
    private readonly ConcurrentDictionary<string, Dictionary<ObjectKey, string>> _sets = new();

    /// <returns>Null when there is none. Not to be changed: it may be the cache's.</returns>
    public async Task<T?> GetAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var cached = cache.Get(key);
        if (_versions.TryGetValue(key, out var version) && version == cached?.ResourceVersion())
            return cached;
        var read = await client.GetAsync<T>(key, cancellationToken);
        _versions[key] = read?.ResourceVersion();
        return read;
    }

    /// <summary>Those that belong to the pipeline, in no order. Not to be changed: they may be the cache's.</summary>
    public async Task<IReadOnlyList<T>> ListAsync(PipelineOwner owner, CancellationToken cancellationToken)
    {
        if (_sets.TryGetValue(owner.Uid, out var known))
        {
            List<T> cached = [.. cache.List(owner.Namespace).Where(owner.Owns)];
            if (cached.Count == known.Count && cached.All(o => known.GetValueOrDefault(ObjectKey.Of(o)) == o.ResourceVersion()))
                return cached;
        }

        List<T> read = [.. (await ReadAllAsync(owner, cancellationToken)).Where(owner.Owns)];
        _sets[owner.Uid] = read.ToDictionary(o => ObjectKey.Of(o), o => o.ResourceVersion());
        return read;
    }

    public async Task<T> ApplyAsync(PipelineOwner owner, T desired, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(desired);
        var set = Doubt(owner, key);
        var written = await client.ApplyAsync(desired, cancellationToken);
        _versions[key] = written.ResourceVersion();
        if (set is not null)
            _sets[owner.Uid] = new(set) { [key] = written.ResourceVersion() };
        return written;
    }

    public async Task DeleteAsync(PipelineOwner owner, ObjectKey key, string? uid, CancellationToken cancellationToken)
    {
        // It may linger, and so nothing is known of it until it has been looked for.
        Doubt(owner, key);
        await client.DeleteAsync<T>(key, uid, cancellationToken);
    }

    /// <summary>The pipeline is gone.</summary>
    public void Forget(PipelineOwner owner)
    {
        _sets.TryRemove(owner.Uid, out _);
        foreach (var key in _versions.Keys.Where(k => k.Namespace == owner.Namespace))
        {
            if (cache.Get(key) is null)
                _versions.TryRemove(key, out _);
        }
    }

    /// <summary>Whatever a write does, also one that fails, is not known until its answer is there.</summary>
    /// <returns>The pipeline's objects as they were known before; null when they weren't.</returns>
    private Dictionary<ObjectKey, string>? Doubt(PipelineOwner owner, ObjectKey key)
    {
        _versions.TryRemove(key, out _);
        return _sets.TryRemove(owner.Uid, out var set) ? set : null;
    }

    private async Task<List<T>> ReadAllAsync(PipelineOwner owner, CancellationToken cancellationToken)
    {
        var found = new List<T>();
        string? next = null;
        do
        {
            var page = await client.ListAsync<T>(owner.Namespace, $"{Labels.Pipeline}={owner.Names.LabelValue}", next, cancellationToken);
            found.AddRange(page.Items);
            next = page.ContinueToken;
        }
        while (next is not null);
        return found;
    }
}
