using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>What of an object is sent to be applied: what its writer decides, without what the server keeps in it.</summary>
internal static class ObjectManifest
{
    private static readonly string[] ServerSide =
        ["managedFields", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"];

    /// <summary>Everything but the status. Uid and resourceVersion stay where they are given: they are preconditions.</summary>
    public static JsonObject ForApply<T>(ResourceKind kind, T desired)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var manifest = ToJson(kind, desired);
        if (kind.HasStatus)
            manifest.Remove("status");

        var metadata = manifest["metadata"] as JsonObject;
        foreach (var field in ServerSide)
            metadata?.Remove(field);

        return manifest;
    }

    /// <summary>
    /// The status, and of the metadata only what says which object it belongs to. The resourceVersion is a precondition; a uid would be none
    /// here, since servers ignore it in a status.
    /// </summary>
    public static JsonObject ForStatus<T>(ResourceKind kind, T entity)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        if (!kind.HasStatus)
            throw new ArgumentException($"{kind} have no status", nameof(entity));

        var status = ToJson(kind, entity)["status"]?.DeepClone() ?? new JsonObject();
        var metadata = new JsonObject { ["name"] = entity.Metadata.Name };
        if (!string.IsNullOrEmpty(entity.Metadata.NamespaceProperty))
            metadata["namespace"] = entity.Metadata.NamespaceProperty;
        if (!string.IsNullOrEmpty(entity.Metadata.ResourceVersion))
            metadata["resourceVersion"] = entity.Metadata.ResourceVersion;

        return new() { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = metadata, ["status"] = status };
    }

    public static JsonObject ToJson<T>(ResourceKind kind, T entity)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var json = JsonNode.Parse(KubernetesJson.Serialize(entity))!.AsObject();
        json["apiVersion"] = kind.ApiVersion;
        json["kind"] = kind.Kind;
        return json;
    }
}
