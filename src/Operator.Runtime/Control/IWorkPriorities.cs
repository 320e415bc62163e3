using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Queue;

namespace Rerank.Operator.Runtime.Control;

/// <summary>Says how urgent an object is. One that is more than normal is also retried sooner after a failure.</summary>
public interface IWorkPriorities<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Is called often, and while the queue is locked: it must neither wait nor enqueue anything.</summary>
    WorkPriority Of(ObjectKey key);
}
