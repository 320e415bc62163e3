using k8s;
using k8s.Models;

namespace Rerank.Operator.Status;

internal static class StatusWrites
{
    /// <summary>Whether writing the one over the other would change nothing.</summary>
    public static bool Same<T>(T? left, T right)
        where T : class => left is not null && KubernetesJson.Serialize(left) == KubernetesJson.Serialize(right);

    /// <summary>
    /// A status is computed anew from what there is, so it needs no precondition; with one, every change of the spec meanwhile would be a conflict.
    /// </summary>
    public static T WithoutPrecondition<T>(T entity)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        entity.Metadata.ResourceVersion = null;
        return entity;
    }
}
