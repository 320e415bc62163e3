using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>
/// One version of an object. <see cref="Content"/> is never changed, and only touched under the store's lock; others read <see cref="Json"/>.
/// </summary>
internal sealed class StoredObject
{
    private object? _shared;

    public StoredObject(ResourceKind kind, ObjectKey key, long resourceVersion, JsonObject content, FieldOwnership ownership)
    {
        Kind = kind;
        Key = key;
        ResourceVersion = resourceVersion;
        Content = content;
        Ownership = ownership;
        Metadata["resourceVersion"] = resourceVersion.ToString();
        Json = content.ToJsonString();
        Uid = Metadata["uid"]!.GetValue<string>();
        IsDeleting = Metadata["deletionTimestamp"] is not null;
        Finalizers = [.. (Metadata["finalizers"] as JsonArray ?? []).Select(finalizer => finalizer!.GetValue<string>())];
        Owners = [.. (Metadata["ownerReferences"] as JsonArray ?? []).Select(reference => reference!["uid"]?.GetValue<string>() ?? "")];
        Labels = (Metadata["labels"] as JsonObject ?? []).ToDictionary(label => label.Key, label => label.Value?.GetValue<string>() ?? "");
    }

    public ResourceKind Kind { get; }

    public ObjectKey Key { get; }

    public long ResourceVersion { get; }

    public JsonObject Content { get; }

    public FieldOwnership Ownership { get; }

    public string Json { get; }

    public string Uid { get; }

    public bool IsDeleting { get; }

    public IReadOnlyList<string> Finalizers { get; }

    /// <summary>Their uids.</summary>
    public IReadOnlyList<string> Owners { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    private JsonObject Metadata => Content["metadata"]!.AsObject();

    /// <summary>One object for all readers of this version.</summary>
    public T Shared<T>(Func<StoredObject, T> read)
        where T : notnull => (T)(Volatile.Read(ref _shared) ?? Interlocked.CompareExchange(ref _shared, read(this), null) ?? _shared!);

    public bool IsOf(ResourceKind kind) => Kind.Plural == kind.Plural && Kind.Group == kind.Group;

    /// <summary>A copy of the content that may be changed.</summary>
    public JsonObject Copy() => Content.DeepClone().AsObject();
}
