using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Runtime.Control;

/// <summary>What, besides its own kind, a controller of <typeparamref name="TEntity"/> reacts to.</summary>
public sealed class ControllerBuilder<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly OperatorBuilder _operator;

    internal ControllerBuilder(OperatorBuilder builder) => _operator = builder;

    internal Func<Change<TEntity>, bool> Predicate { get; private set; } = Predicates.SpecChanged;

    internal List<Action<IServiceProvider, Action<ObjectKey>>> Sources { get; } = [];

    /// <summary>Which changes of the controller's own kind matter; <see cref="Predicates.SpecChanged"/> unless set.</summary>
    public ControllerBuilder<TEntity> When(Func<Change<TEntity>, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        Predicate = predicate;
        return this;
    }

    /// <summary>A change of an object whose controlling owner is a <typeparamref name="TEntity"/> reconciles the owner.</summary>
    /// <param name="labelSelector">Which objects are watched at all; there is one informer, and so one selector, per kind.</param>
    /// <param name="optional">The cluster may not serve the kind.</param>
    /// <param name="required">Nothing can be done as long as objects of the kind can't be listed.</param>
    /// <param name="when">Which changes matter; all of them unless set.</param>
    public ControllerBuilder<TEntity> Owns<T>(
        string? labelSelector = null, bool optional = false, bool required = true, Func<Change<T>, bool>? when = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var ownerKind = ResourceKind.Of<TEntity>();
        return React<T>(labelSelector, optional, required, (_, change) => when is null || when(change) ? Owners.Of(change, ownerKind) : []);
    }

    /// <summary>Any change of a <typeparamref name="T"/> reconciles the objects that <paramref name="map"/> names for it.</summary>
    public ControllerBuilder<TEntity> Watches<T>(
        Func<T, IResourceCache<TEntity>, IEnumerable<ObjectKey>> map, string? labelSelector = null, bool optional = false)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(map);
        return React<T>(labelSelector, optional, required: true, (services, change) =>
        {
            var cache = services.GetRequiredService<IResourceCache<TEntity>>();
            var keys = change.Old is null ? [] : map(change.Old, cache);
            return change.New is null ? keys : keys.Concat(map(change.New, cache));
        });
    }

    private ControllerBuilder<TEntity> React<T>(
        string? labelSelector, bool optional, bool required, Func<IServiceProvider, Change<T>, IEnumerable<ObjectKey>> map)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        _operator.AddInformer<T>(labelSelector, optional, required);
        Sources.Add((services, enqueue) => services.GetRequiredService<Informer<T>>().Subscribe(change =>
        {
            foreach (var key in map(services, change))
                enqueue(key);
        }));
        return this;
    }
}
