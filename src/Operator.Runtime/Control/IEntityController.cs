using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Control;

/// <summary>Brings the world in line with one object. Called for a key at most once at a time.</summary>
public interface IEntityController<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The object was added or changed, something that it owns or refers to changed, or its time has come again.</summary>
    /// <param name="entity">A copy: the controller may change it.</param>
    Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>The object is gone. For information only: nothing may depend on it being called.</summary>
    Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken);
}
