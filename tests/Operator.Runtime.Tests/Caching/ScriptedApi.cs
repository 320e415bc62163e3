using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Runtime.Tests.Caching;

/// <summary>An API server of ConfigMaps that answers lists and watches as a test says, one by one; nothing is answered unasked.</summary>
internal sealed class ScriptedApi : IResourceClient
{
    private readonly ConcurrentQueue<Func<string?, object>> _lists = new();
    private readonly Channel<ScriptedWatch> _watches = Channel.CreateUnbounded<ScriptedWatch>();
    private int _listCalls;
    private int _watchCalls;

    public int ListCalls => Volatile.Read(ref _listCalls);

    public int WatchCalls => Volatile.Read(ref _watchCalls);

    /// <summary>What every watch gets instead of a script.</summary>
    public Func<Exception?>? EveryWatch { get; set; }

    /// <summary>What every list gets that has no script.</summary>
    public Func<object>? EveryList { get; set; }

    public ConcurrentBag<(string? Namespace, string? LabelSelector)> Scopes { get; } = [];

    public static V1ConfigMap Map(string name, string version, string ns = "default") =>
        new() { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns, ResourceVersion = version, Uid = $"uid-{name}" } };

    public static HttpOperationException Error(HttpStatusCode code) =>
        new($"scripted {code}") { Response = new HttpResponseMessageWrapper(new HttpResponseMessage(code), "") };

    public ScriptedApi List(string version, params V1ConfigMap[] items) => Page(null, new ResourcePage<V1ConfigMap>(items, version, null));

    public ScriptedApi Page(string? token, ResourcePage<V1ConfigMap> page)
    {
        _lists.Enqueue(asked =>
        {
            Assert.Equal(token, asked);
            return page;
        });
        return this;
    }

    public ScriptedApi ListFails(Exception error)
    {
        _lists.Enqueue(_ => error);
        return this;
    }

    /// <summary>The next watch that is opened.</summary>
    public async Task<ScriptedWatch> WatchAsync() => await _watches.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public bool TryWatch(out ScriptedWatch? watch) => _watches.Reader.TryRead(out watch);

    public Task<ResourcePage<T>> ListAsync<T>(string? ns, string? labelSelector, string? continueToken, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        Scopes.Add((ns, labelSelector));
        Interlocked.Increment(ref _listCalls);
        var answer = _lists.TryDequeue(out var script) ? script(continueToken) : EveryList?.Invoke();
        return answer switch
        {
            Exception error => Task.FromException<ResourcePage<T>>(error),
            null => throw new InvalidOperationException("no list was scripted"),
            _ => Task.FromResult((ResourcePage<T>)answer),
        };
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? ns, string? labelSelector, string resourceVersion, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        Scopes.Add((ns, labelSelector));
        Interlocked.Increment(ref _watchCalls);
        if (EveryWatch is not null)
        {
            if (EveryWatch() is { } error)
                throw error;
            yield break;
        }

        var watch = new ScriptedWatch(resourceVersion, timeout);
        _watches.Writer.TryWrite(watch);
        await foreach (var change in watch.Events.ReadAllAsync(cancellationToken))
            yield return (WatchEvent<T>)(object)change;
    }

    public Task<T?> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

    public Task<T> ApplyAsync<T>(T desired, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

    public Task ApplyStatusAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

    /// <summary>Sees every write of finalizers, and answers what is stored.</summary>
    public Func<V1ConfigMap, IReadOnlyList<string>, V1ConfigMap> OnFinalizers { get; set; } = (_, _) => throw new NotSupportedException();

    public Task<T> SetFinalizersAsync<T>(T entity, IReadOnlyList<string> finalizers, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult((T)(object)OnFinalizers((V1ConfigMap)(object)entity, finalizers));
        }
        catch (ConflictException e)
        {
            return Task.FromException<T>(e);
        }
    }

    public Task DeleteAsync<T>(ObjectKey key, string? uid, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();
}

/// <summary>One watch that the informer has open.</summary>
internal sealed class ScriptedWatch(string from, TimeSpan timeout)
{
    private readonly Channel<WatchEvent<V1ConfigMap>> _events = Channel.CreateUnbounded<WatchEvent<V1ConfigMap>>();

    public string From { get; } = from;

    public TimeSpan Timeout { get; } = timeout;

    public ChannelReader<WatchEvent<V1ConfigMap>> Events => _events.Reader;

    public ScriptedWatch Send(WatchChange change, V1ConfigMap value)
    {
        _events.Writer.TryWrite(new WatchEvent<V1ConfigMap>(change, value.Metadata.ResourceVersion, value));
        return this;
    }

    public ScriptedWatch Bookmark(string version)
    {
        _events.Writer.TryWrite(new WatchEvent<V1ConfigMap>(WatchChange.Bookmark, version, null));
        return this;
    }

    public void Close() => _events.Writer.Complete();

    public void Fail(Exception error) => _events.Writer.Complete(error);
}
