using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>The metadata that the server keeps, whatever a writer sends.</summary>
internal static class ObjectLifecycle
{
    private static readonly string[] Kept = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "resourceVersion"];

    /// <summary>Makes the server's own fields those of the current version; a new object gets its first ones.</summary>
    public static void Complete(ResourceKind kind, ObjectKey key, JsonObject content, JsonObject? current, TimeProvider time)
    {
        content["apiVersion"] = kind.ApiVersion;
        content["kind"] = kind.Kind;
        var metadata = content["metadata"] as JsonObject ?? [];
        content["metadata"] ??= metadata;
        metadata["name"] = key.Name;
        if (key.Namespace is not null)
            metadata["namespace"] = key.Namespace;

        if (current is null)
        {
            foreach (var field in Kept)
                metadata.Remove(field);
            metadata["uid"] = Guid.NewGuid().ToString();
            metadata["creationTimestamp"] = Timestamp(time);
            return;
        }

        // Only StartDeletion sets what begins a deletion, and nothing takes it back.
        foreach (var field in Kept)
            metadata[field] ??= current["metadata"]![field]?.DeepClone();
        foreach (var field in Kept.Where(field => metadata[field] is null).ToList())
            metadata.Remove(field);
    }

    /// <summary>Counts the versions of the specification, for the kinds that have such a count.</summary>
    public static void SetGeneration(ResourceKind kind, JsonObject content, JsonObject? current)
    {
        // The core group's kinds and autoscalers have none.
        if (!kind.HasStatus || kind.Group is "" or "autoscaling")
            return;

        var generation = current?["metadata"]?["generation"]?.GetValue<long>() ?? 0;
        if (current is null || !SameSpecification(content, current) || BeginsDeletion(content, current))
            content["metadata"]!["generation"] = generation + 1;
    }

    public static void StartDeletion(JsonObject content, TimeProvider time)
    {
        var metadata = content["metadata"]!.AsObject();
        metadata["deletionTimestamp"] = Timestamp(time);
        metadata["deletionGracePeriodSeconds"] = 0;
    }

    private static bool BeginsDeletion(JsonObject content, JsonObject current) =>
        content["metadata"]!["deletionTimestamp"] is not null && current["metadata"]!["deletionTimestamp"] is null;

    private static bool SameSpecification(JsonObject left, JsonObject right)
    {
        return Members(left) == Members(right)
            && left.All(member => !IsSpecification(member.Key) || (right.TryGetPropertyValue(member.Key, out var other) && JsonNode.DeepEquals(member.Value, other)));

        static int Members(JsonObject content) => content.Count(member => IsSpecification(member.Key));
        static bool IsSpecification(string member) => member is not ("metadata" or "status");
    }

    private static string Timestamp(TimeProvider time) => time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
}
