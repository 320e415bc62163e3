using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Runtime.Control;

/// <summary>Which changes of an object are worth a reconcile.</summary>
public static class Predicates
{
    /// <summary>
    /// Added, deleted, another spec, deletion asked for, or resync. Leaves out what controllers write themselves: status and metadata.
    /// </summary>
    public static bool SpecChanged<T>(Change<T> change)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (change is not { Old: { } old, New: { } now } || ReferenceEquals(old, now))
            return true;

        return old.Metadata.Uid != now.Metadata.Uid
            || old.Metadata.Generation != now.Metadata.Generation
            || old.Metadata.DeletionTimestamp is null != now.Metadata.DeletionTimestamp is null;
    }

    /// <summary>
    /// Everything but what only its controller wrote into its status. For kinds that don't count generations, and whose status moves on all the time, as an
    /// autoscaler's does.
    /// </summary>
    public static bool OtherThanStatus<T>(Change<T> change)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (change is not { Old: { } old, New: { } now } || ReferenceEquals(old, now))
            return true;

        return old.Metadata.Uid != now.Metadata.Uid || !JsonNode.DeepEquals(WithoutStatus(old), WithoutStatus(now));
    }

    private static JsonObject WithoutStatus<T>(T resource)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var json = ObjectManifest.ToJson(ResourceKind.Of<T>(), resource);
        json.Remove("status");
        var metadata = json["metadata"]!.AsObject();
        metadata.Remove("resourceVersion");
        metadata.Remove("managedFields");
        return json;
    }
}
