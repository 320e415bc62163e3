using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>
/// The in-memory server's objects as JSON, as an HTTP client of a real one sees them: with managedFields, and written by whom the request
/// names. Errors are those of <see cref="IResourceClient"/>. A kind is told by its type.
/// </summary>
public sealed class InMemoryJsonObjects
{
    private readonly ObjectStore _store;
    private readonly ObjectWatch _watch;

    internal InMemoryJsonObjects(ObjectStore store, ObjectWatch watch)
    {
        _store = store;
        _watch = watch;
    }

    public JsonObject? Get(Type type, ObjectKey key) => _store.Get(ResourceKind.Of(type), key) is { } stored ? Read(stored) : null;

    /// <param name="ns">Null for all namespaces.</param>
    public (IReadOnlyList<JsonObject> Items, string ResourceVersion) List(Type type, string? ns, string? labelSelector)
    {
        var (objects, version) = _watch.List(ResourceKind.Of(type), ns, LabelSelector.Parse(labelSelector));
        return ([.. objects.Select(Read)], version.ToString());
    }

    /// <param name="resourceVersion">Where to start; "0" or empty: with what there is.</param>
    public async IAsyncEnumerable<WatchEvent<JsonObject>> WatchAsync(
        Type type, string? ns, string? labelSelector, string? resourceVersion, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = 0L;
        if (!string.IsNullOrEmpty(resourceVersion) && !long.TryParse(resourceVersion, out from))
            throw Refusal.BadRequest($"Invalid value: \"{resourceVersion}\": resourceVersion");

        await foreach (var (change, version, stored) in _watch.Changes(ResourceKind.Of(type), ns, LabelSelector.Parse(labelSelector), from, timeout, cancellationToken))
            yield return new(change, version.ToString(), stored is null ? null : Read(stored));
    }

    /// <summary>Server-side apply. Without <paramref name="force"/>, a change of what others have set is a conflict.</summary>
    public JsonObject Apply(Type type, ObjectKey key, JsonObject manifest, string fieldManager, bool force)
    {
        var kind = ResourceKind.Of(type);
        return Read(new ObjectWriter(_store, fieldManager).Apply(kind, key, Writable(kind, manifest), MergeSchema.Of(type), force));
    }

    public JsonObject Create(Type type, ObjectKey key, JsonObject manifest, string fieldManager)
    {
        var kind = ResourceKind.Of(type);
        return Read(new ObjectWriter(_store, fieldManager).Create(kind, key, Writable(kind, manifest), MergeSchema.Of(type)));
    }

    /// <summary>The status is the controllers', and what the server keeps isn't a writer's to say.</summary>
    private static JsonObject Writable(ResourceKind kind, JsonObject manifest)
    {
        var writable = manifest.DeepClone().AsObject();
        if (kind.HasStatus)
            writable.Remove("status");
        if (writable["metadata"] is JsonObject metadata)
            metadata.Remove("managedFields");
        return writable;
    }

    private static JsonObject Read(StoredObject stored)
    {
        var json = JsonNode.Parse(stored.Json)!.AsObject();
        json["metadata"]!["managedFields"] = FieldsV1.Write(stored.Ownership, stored.Kind);
        return json;
    }
}
