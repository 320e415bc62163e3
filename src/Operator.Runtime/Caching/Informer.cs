using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Runtime.Caching;

/// <summary>
/// Keeps a copy of all objects of a kind: lists them, then watches from there, for ever. Handlers are called one at a time, in order,
/// and may only take note (enqueue a key).
/// </summary>
internal sealed class Informer<T>(
    IResourceClient client, InformerScope scope, TimeSpan resyncPeriod, Jitter jitter, TimeProvider time, ILogger<Informer<T>> logger)
    : IInformer, IResourceCache<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private const int FailuresBeforeRelist = 5;

    private static readonly TimeSpan ShortWatch = TimeSpan.FromSeconds(1);
    // Sooner than a client gives up by itself, which would look like the server closing the watch.
    private static readonly TimeSpan HangGrace = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan NotServedPeriod = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RefusalLogPeriod = TimeSpan.FromMinutes(1);

    // As while a token is replaced.
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromMinutes(1);

    private readonly ResourceStore<T> _store = new();
    private readonly RetryDelay _retry = new(jitter, time);
    private readonly List<Action<Change<T>>> _handlers = [];
    private readonly Lock _dispatching = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string? _version; // where to watch from; null: list first
    private int _failures;
    private long _heard = time.GetTimestamp();
    private long? _refusalLogged;
    private volatile string? _trouble;
    private volatile bool _served = true;
    private volatile bool _refused;

    public string Name { get; } = ResourceKind.Of<T>().Kind;

    public bool HasSynced => _synced.Task.IsCompleted;

    public bool IsServed => _served;

    public bool IsRefused => _refused;

    public string? Trouble => _trouble;

    public bool IsRequired => scope.Required;

    public string? Unlisted => !HasSynced || (_refused && time.GetElapsedTime(Volatile.Read(ref _heard)) > RefusalPatience) ? _trouble ?? "it has not been listed yet" : null;

    public T? Get(ObjectKey key) => _store.Snapshot.GetValueOrDefault(key);

    public IReadOnlyCollection<T> List(string? ns = null) =>
        [.. ns is null ? _store.Snapshot.Values : _store.Snapshot.Values.Where(o => o.Metadata.NamespaceProperty == ns)];

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    /// <summary>Before <see cref="RunAsync"/> only: what was there already is not told again.</summary>
    public void Subscribe(Action<Change<T>> handler) => _handlers.Add(handler);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var resync = ResyncAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
        }

        await resync;
    }

    /// <summary>One list if need be, one watch, and the wait that its end calls for.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var asked = TimeSpan.Zero;
        try
        {
            _version ??= await ListAsync(cancellationToken);
            if (await WatchAsync(_version, cancellationToken))
                return;
        }
        catch (GoneException)
        {
            _version = null;
            logger.VersionExpired(Name);
        }
        catch (HttpOperationException e) when (_version is null && scope.Optional && e.Response?.StatusCode == HttpStatusCode.NotFound)
        {
            NotServed();
            await Task.Delay(jitter.Around(NotServedPeriod, 0.1), time, cancellationToken);
            return;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(e);
            asked = Throttling.RetryAfter(e) ?? asked;
        }

        var delay = _retry.Next();
        await Task.Delay(asked > delay ? asked : delay, time, cancellationToken);
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<T>();
        ResourcePage<T>? page = null;
        do
        {
            page = await client.ListAsync<T>(scope.Namespace, scope.LabelSelector, page?.ContinueToken, cancellationToken);
            all.AddRange(page.Items);
            Heard();
        }
        while (page.ContinueToken is not null);

        Replace(all);
        _served = true;
        logger.Listed(Name, all.Count, page.ResourceVersion);
        return page.ResourceVersion;
    }

    /// <returns>Whether the next watch may start at once.</returns>
    private async Task<bool> WatchAsync(string version, CancellationToken cancellationToken)
    {
        var timeout = jitter.Between(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
        using var hang = new CancellationTokenSource(timeout + HangGrace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(hang.Token, cancellationToken);
        var started = time.GetTimestamp();
        var events = 0;

        try
        {
            await foreach (var change in client.WatchAsync<T>(scope.Namespace, scope.LabelSelector, version, timeout, either.Token))
            {
                events++;
                Heard();
                Apply(change);
                _version = change.ResourceVersion;
            }
        }
        catch (OperationCanceledException) when (hang.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The connection died without a word; the server would have closed it by now.
            logger.WatchHung(Name);
            return true;
        }

        Heard();
        return events > 0 || time.GetElapsedTime(started) >= ShortWatch;
    }

    private async Task ResyncAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(jitter.Around(resyncPeriod, 0.1), time, cancellationToken);
                lock (_dispatching)
                {
                    foreach (var value in _store.Snapshot.Values)
                        Dispatch_NeedsLock(new Change<T>(value, value));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private void Replace(IReadOnlyCollection<T> objects)
    {
        lock (_dispatching)
        {
            foreach (var change in _store.Replace(objects))
                Dispatch_NeedsLock(change);
        }

        _synced.TrySetResult();
    }

    private void Apply(WatchEvent<T> change)
    {
        lock (_dispatching)
        {
            if (_store.Apply(change) is { } told)
                Dispatch_NeedsLock(told);
        }
    }

    private void Dispatch_NeedsLock(Change<T> change)
    {
        foreach (var handler in _handlers)
        {
            try
            {
                handler(change);
            }
            catch (Exception e)
            {
                // A mapping with a bug must not stop the others; the next resync asks it again.
                logger.HandlerFailed(e, Name);
            }
        }
    }

    private void Heard()
    {
        Volatile.Write(ref _heard, time.GetTimestamp());
        _failures = 0;
        _trouble = null;
        _refused = false;
    }

    private void NotServed()
    {
        if (_served)
            logger.NotServed(Name);

        _served = false;
        Heard();
        Replace([]);
    }

    private void Failed(Exception error)
    {
        _trouble = error.Message;
        var failures = ++_failures;
        if (failures % FailuresBeforeRelist == 0)
            _version = null;

        if (error is HttpOperationException { Response.StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden })
        {
            _refused = true;
            if (_refusalLogged is { } last && time.GetElapsedTime(last) < RefusalLogPeriod)
                return;

            _refusalLogged = time.GetTimestamp();
            logger.Refused(Name, error.Message);
            return;
        }

        // What a server or the network says needs no stack trace; anything else may be a bug.
        logger.Failed(error is HttpOperationException or HttpRequestException or IOException ? null : error, Name, error.Message, failures);
    }
}
