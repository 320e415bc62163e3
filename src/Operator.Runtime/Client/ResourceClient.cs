using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>
/// A real API server. Every kind goes the way of custom objects, so that built-in and own kinds are the same code. Objects come without
/// managedFields: nobody here reads them, and caches would hold them.
/// </summary>
public sealed class ResourceClient : IResourceClient
{
    public const string DefaultFieldManager = "rerank-operator";

    private const int DefaultPageSize = 500;
    private static readonly TimeSpan WatchGrace = TimeSpan.FromSeconds(30);

    private readonly IKubernetes _kubernetes;
    private readonly TimeProvider _time;
    private readonly string _fieldManager;
    private readonly string _statusManager;
    private readonly int _pageSize;

    public ResourceClient(IKubernetes kubernetes, TimeProvider time, string fieldManager = DefaultFieldManager, int pageSize = DefaultPageSize)
    {
        ArgumentNullException.ThrowIfNull(kubernetes);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentException.ThrowIfNullOrEmpty(fieldManager);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageSize);
        _kubernetes = kubernetes;
        _time = time;
        _fieldManager = fieldManager;
        // Servers before 1.22 keep one set of fields per manager for object and status together: an apply of the one would give up the other.
        _statusManager = $"{fieldManager}-status";
        _pageSize = pageSize;
    }

    public async Task<ResourcePage<T>> ListAsync<T>(string? ns, string? labelSelector, string? continueToken, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        var list = await ServerErrors.Map(
            () => Endpoint(kind).ListAsync<ResourceList<T>>(ns, labelSelector, continueToken, _pageSize, cancellationToken));
        List<T> items = list.Items ?? [];
        foreach (var item in items)
            Received(kind, item);

        var next = list.Metadata?.ContinueProperty;
        return new(items, list.Metadata?.ResourceVersion ?? "", string.IsNullOrEmpty(next) ? null : next);
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? ns, string? labelSelector, string resourceVersion, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        // A connection that died without a word would otherwise be waited on for ever: the library sets no limit for watches.
        using var deadline = new CancellationTokenSource(timeout + WatchGrace, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var timeoutSeconds = Math.Max(1, (int)timeout.TotalSeconds);
        // Without a handler that throws, errors inside the stream vanish.
        await using var events = Endpoint(kind)
            .WatchAsync(ns, labelSelector, resourceVersion, timeoutSeconds, ExceptionDispatchInfo.Throw, stop.Token)
            .GetAsyncEnumerator(stop.Token);
        while (await WatchErrors.MoveNextAsync(events, deadline.Token, cancellationToken))
            yield return Read<T>(kind, events.Current.Type, (JsonElement)events.Current.Object);
    }

    public async Task<T?> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        try
        {
            return Received(kind, await ServerErrors.Map(() => Endpoint(kind).GetAsync<T>(key, cancellationToken)));
        }
        catch (HttpOperationException exception) when (exception.Response?.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<T> ApplyAsync<T>(T desired, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        var patch = ApplyPatch(ObjectManifest.ForApply(kind, desired));
        return Received(
            kind,
            await ServerErrors.Map(
                () => Endpoint(kind).PatchAsync<T>(ObjectKey.Of(desired), patch, _fieldManager, force: true, cancellationToken)));
    }

    public async Task ApplyStatusAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        var patch = ApplyPatch(ObjectManifest.ForStatus(kind, entity));
        try
        {
            await ServerErrors.Map(
                () => Endpoint(kind).PatchStatusAsync(ObjectKey.Of(entity), patch, _statusManager, force: true, cancellationToken));
        }
        catch (HttpOperationException exception) when (exception.Response?.StatusCode == HttpStatusCode.NotFound)
        {
        }
    }

    public async Task<T> SetFinalizersAsync<T>(T entity, IReadOnlyList<string> finalizers, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        var metadata = new JsonObject
        {
            ["uid"] = entity.Metadata.Uid,
            // In a merge patch a resourceVersion is a precondition, answered by a plain 409.
            ["resourceVersion"] = entity.Metadata.ResourceVersion,
            ["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => JsonValue.Create(finalizer))]),
        };
        var patch = new V1Patch(new JsonObject { ["metadata"] = metadata }.ToJsonString(), V1Patch.PatchType.MergePatch);
        try
        {
            return Received(
                kind,
                await ServerErrors.Map(
                    () => Endpoint(kind).PatchAsync<T>(ObjectKey.Of(entity), patch, _fieldManager, force: null, cancellationToken)));
        }
        catch (HttpOperationException exception) when (exception.Response?.StatusCode == HttpStatusCode.NotFound)
        {
            throw new ConflictException($"{kind} {ObjectKey.Of(entity)} is gone", exception);
        }
    }

    public async Task DeleteAsync<T>(ObjectKey key, string? uid, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var options = new V1DeleteOptions
        {
            PropagationPolicy = "Background",
            Preconditions = uid is null ? null : new V1Preconditions { Uid = uid },
        };
        try
        {
            await ServerErrors.Map(() => Endpoint(ResourceKind.Of<T>()).DeleteAsync(key, options, cancellationToken));
        }
        catch (HttpOperationException exception) when (exception.Response?.StatusCode == HttpStatusCode.NotFound)
        {
        }
    }

    public async Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        var body = ObjectManifest.ForApply(kind, entity);
        return Received(
            kind,
            await ServerErrors.Map(
                () => Endpoint(kind).CreateAsync<T>(entity.Metadata.NamespaceProperty, body, _fieldManager, cancellationToken)));
    }

    private static V1Patch ApplyPatch(JsonObject manifest) => new(manifest.ToJsonString(), V1Patch.PatchType.ApplyPatch);

    private static WatchEvent<T> Read<T>(ResourceKind kind, WatchEventType type, JsonElement element)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var resourceVersion = element.GetProperty("metadata").GetProperty("resourceVersion").GetString() ?? "";
        return type switch
        {
            WatchEventType.Added => new(WatchChange.Added, resourceVersion, Received(kind, KubernetesJson.Deserialize<T>(element))),
            WatchEventType.Modified => new(WatchChange.Modified, resourceVersion, Received(kind, KubernetesJson.Deserialize<T>(element))),
            WatchEventType.Deleted => new(WatchChange.Deleted, resourceVersion, Received(kind, KubernetesJson.Deserialize<T>(element))),
            // A bookmark of a custom kind has nothing else in it.
            WatchEventType.Bookmark => new(WatchChange.Bookmark, resourceVersion, default),
            _ => throw new InvalidDataException($"a watch of {kind} sent an event of type {type}"),
        };
    }

    private static T Received<T>(ResourceKind kind, T entity)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        entity.Metadata.ManagedFields = null;
        return kind.Stamp(entity);
    }

    private KindEndpoint Endpoint(ResourceKind kind) => new(_kubernetes.CustomObjects, kind);
}
