using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Runtime.Control;

/// <summary>From an owned object to its controlling owner.</summary>
internal static class Owners
{
    /// <summary>Owners before and after: an object that was handed over concerns both.</summary>
    public static IEnumerable<ObjectKey> Of<T>(Change<T> change, ResourceKind ownerKind)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var old = Of(change.Old, ownerKind);
        var now = Of(change.New, ownerKind);
        if (old is not null)
            yield return old.Value;
        if (now is not null && now != old)
            yield return now.Value;
    }

    private static ObjectKey? Of(IKubernetesObject<V1ObjectMeta>? owned, ResourceKind ownerKind)
    {
        var reference = owned?.Metadata.OwnerReferences?.FirstOrDefault(r => r.Controller == true);
        if (reference is null || reference.Kind != ownerKind.Kind || Group(reference.ApiVersion) != ownerKind.Group)
            return null;

        return new ObjectKey(owned!.Metadata.NamespaceProperty, reference.Name);
    }

    private static string Group(string apiVersion)
    {
        var slash = apiVersion.IndexOf('/');
        return slash < 0 ? "" : apiVersion[..slash];
    }
}
