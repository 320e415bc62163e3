using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Control;

/// <summary>Runs before an object may go. Success removes the finalizer; Failure keeps it and tries again.</summary>
public interface IEntityFinalizer<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    Task<ReconciliationResult<TEntity>> FinalizeAsync(TEntity entity, CancellationToken cancellationToken);
}
