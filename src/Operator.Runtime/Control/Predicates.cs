using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Caching;

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
}
