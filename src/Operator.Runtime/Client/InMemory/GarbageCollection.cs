using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>What goes when its owners are gone. As in a real cluster, an owner counts only in the object's own namespace, or without one.</summary>
internal static class GarbageCollection
{
    public static IReadOnlyList<StoredObject> Dependents(IEnumerable<StoredObject> objects, string ownerUid) =>
        [.. objects.Where(candidate => candidate.Owners.Contains(ownerUid))];

    /// <summary>Without a living owner the object is collected; else the references to dead ones are dropped.</summary>
    public static Decision Decide(StoredObject dependent, IEnumerable<StoredObject> objects)
    {
        HashSet<string> living =
        [
            .. objects
                .Where(owner => dependent.Owners.Contains(owner.Uid) && (owner.Key.Namespace is null || owner.Key.Namespace == dependent.Key.Namespace))
                .Select(owner => owner.Uid),
        ];
        if (living.Count == 0)
            return new(Collect: true, null);
        if (dependent.Owners.All(living.Contains))
            return new(Collect: false, null);

        var content = dependent.Copy();
        var references = content["metadata"]!["ownerReferences"]!.AsArray();
        content["metadata"]!["ownerReferences"] = new JsonArray(
            [.. references.Where(reference => living.Contains(reference!["uid"]!.GetValue<string>())).Select(reference => reference!.DeepClone())]);
        return new(Collect: false, content);
    }

    internal readonly record struct Decision(bool Collect, JsonObject? WithoutDeadOwners);
}
