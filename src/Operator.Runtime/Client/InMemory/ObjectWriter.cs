using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>The writes of one manager of fields.</summary>
internal sealed class ObjectWriter(ObjectStore store, string manager)
{
    /// <param name="force">Whether what others have set may be changed.</param>
    public StoredObject Apply(ResourceKind kind, ObjectKey key, JsonObject manifest, MergeSchema schema, bool force = true) =>
        store.Write(kind, key, current =>
        {
            CheckPreconditions(kind, key, manifest, current);
            manifest["metadata"]?.AsObject().Remove("resourceVersion");
            var ownership = current?.Ownership ?? FieldOwnership.None;
            var writer = new FieldWriter(manager, Applies: true, OfStatus: false);
            if (!force && ownership.LosersTo(current?.Content ?? [], manifest, schema, writer) is [_, ..] losers)
                throw new ConflictException($"Apply failed with conflicts with {string.Join(", ", losers.Select(loser => $"\"{loser}\""))}");
            return ownership.Apply(current?.Content ?? [], manifest, schema, writer);
        })!;

    /// <returns>Null when there is no such object.</returns>
    public StoredObject? ApplyStatus(ResourceKind kind, ObjectKey key, JsonObject manifest, MergeSchema schema) =>
        store.Write(kind, key, current =>
        {
            if (current is null)
                return null;

            CheckPreconditions(kind, key, manifest, current);
            manifest["metadata"]!.AsObject().Remove("resourceVersion");
            return current.Ownership.Apply(current.Content, manifest, schema, new(manager, Applies: true, OfStatus: true));
        });

    public StoredObject Create(ResourceKind kind, ObjectKey key, JsonObject manifest, MergeSchema schema) =>
        store.Write(kind, key, current =>
        {
            if (current is not null)
                throw new ConflictException($"{kind} \"{key.Name}\" already exists");

            return new(manifest, FieldOwnership.None.Update(manifest, manifest, schema, new(manager, Applies: false, OfStatus: false)));
        })!;

    public StoredObject SetFinalizers(
        ResourceKind kind, ObjectKey key, string? uid, string? resourceVersion, IReadOnlyList<string> finalizers, MergeSchema schema) =>
        store.Write(kind, key, current =>
        {
            if (current is null || current.Uid != uid || current.ResourceVersion.ToString() != resourceVersion)
                throw new ConflictException($"{kind} {key} isn't at version {resourceVersion} any more");
            if (current.IsDeleting && finalizers.Except(current.Finalizers).Any())
                throw Refusal.Invalid(kind, key.Name, "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted");

            var content = current.Copy();
            var part = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = List(finalizers) } };
            if (finalizers.Count == 0)
                content["metadata"]!.AsObject().Remove("finalizers");
            else
                content["metadata"]!["finalizers"] = List(finalizers);
            return new(content, current.Ownership.Update(part, content, schema, new(manager, Applies: false, OfStatus: false)));
        })!;

    private static void CheckPreconditions(ResourceKind kind, ObjectKey key, JsonObject manifest, StoredObject? current)
    {
        var metadata = manifest["metadata"];
        if (metadata?["uid"]?.GetValue<string>() is { Length: > 0 } uid && uid != current?.Uid)
            throw new ConflictException($"{kind} {key}: the precondition's uid is {uid}, the object's {current?.Uid ?? "none"}");
        if (metadata?["resourceVersion"]?.GetValue<string>() is { Length: > 0 } version && version != current?.ResourceVersion.ToString())
            throw new ConflictException($"{kind} {key} isn't at version {version} any more");
    }

    private static JsonArray List(IReadOnlyList<string> finalizers) => new([.. finalizers.Select(finalizer => JsonValue.Create(finalizer))]);
}
