using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// What somebody chose of an object, as text to compare. A resourceVersion wouldn't do: autoscalers, disruption budgets and Deployments write their status all the time, and a
/// Deployment's number of pods may be an autoscaler's to choose.
/// </summary>
internal static class ChildContent
{
    /// <summary>Of what is to be applied.</summary>
    public static string Of(IKubernetesObject<V1ObjectMeta> desired) => Chosen(desired).ToJsonString();

    /// <summary>Of what is there: without status and bookkeeping, and of annotations and labels only those that were applied.</summary>
    public static string Of(IKubernetesObject<V1ObjectMeta> found, IKubernetesObject<V1ObjectMeta> applied)
    {
        var chosen = Chosen(found);
        chosen.Remove("status");
        chosen["metadata"] = new JsonObject
        {
            ["uid"] = found.Uid(),
            ["labels"] = Of(found.Labels(), applied.Labels()),
            ["annotations"] = Of(found.Annotations(), applied.Annotations()),
            ["owners"] = new JsonArray([.. (found.OwnerReferences() ?? []).Select(o => JsonValue.Create(o.Uid))]),
        };
        return chosen.ToJsonString();
    }

    /// <summary>How many pods are asked for; what isn't a Deployment asks for none.</summary>
    public static int? ReplicasOf(IKubernetesObject<V1ObjectMeta> child) => (child as V1Deployment)?.Spec?.Replicas;

    private static JsonObject Chosen(IKubernetesObject<V1ObjectMeta> child)
    {
        var all = JsonNode.Parse(KubernetesJson.Serialize((object)child))!.AsObject();
        all["metadata"]?.AsObject().Remove("resourceVersion");
        if (child is V1Deployment)
            all["spec"]?.AsObject().Remove("replicas");
        return all;
    }

    private static JsonObject Of(IDictionary<string, string>? found, IDictionary<string, string>? applied) =>
        new((applied?.Keys ?? []).Order(StringComparer.Ordinal).Select(key => KeyValuePair.Create(key, (JsonNode?)(found is not null && found.TryGetValue(key, out var value) ? value : null))));
}
