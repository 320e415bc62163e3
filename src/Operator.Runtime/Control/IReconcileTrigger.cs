using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Control;

/// <summary>Has an object reconciled for a reason that no watch sees.</summary>
public interface IReconcileTrigger<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <param name="after">Null: as soon as there is a worker. An earlier time that is already set stays.</param>
    void Enqueue(ObjectKey key, TimeSpan? after = null);

    /// <summary>Before all that waits for a worker.</summary>
    void EnqueueUrgent(ObjectKey key);
}
