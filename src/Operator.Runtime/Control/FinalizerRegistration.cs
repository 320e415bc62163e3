using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Rerank.Operator.Runtime.Control;

/// <param name="Identifier">As it stands in metadata.finalizers.</param>
internal sealed record FinalizerRegistration<TEntity>(string Identifier, Type Implementation)
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    public IEntityFinalizer<TEntity> Resolve(IServiceProvider services) => (IEntityFinalizer<TEntity>)services.GetRequiredService(Implementation);
}

/// <param name="Identifier">As it stands in metadata.finalizers; earlier versions attached it.</param>
internal sealed record FormerFinalizer<TEntity>(string Identifier)
    where TEntity : IKubernetesObject<V1ObjectMeta>;
