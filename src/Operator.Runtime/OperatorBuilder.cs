using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Runtime;

/// <summary>Registers controllers. One informer per kind serves them all.</summary>
public sealed class OperatorBuilder
{
    private readonly Dictionary<Type, object> _informers = [];
    private readonly HashSet<Type> _controllers = [];

    internal OperatorBuilder(IServiceCollection services) => Services = services;

    public IServiceCollection Services { get; }

    /// <summary>One controller per kind. Each reconcile has a scope, and in it a controller, of its own.</summary>
    public OperatorBuilder AddController<TImplementation, TEntity>(Action<ControllerBuilder<TEntity>>? configure = null)
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        if (!_controllers.Add(typeof(TEntity)))
            throw new InvalidOperationException($"{typeof(TEntity).Name} has a controller already.");

        var controller = new ControllerBuilder<TEntity>(this);
        configure?.Invoke(controller);
        AddInformer<TEntity>();

        Services.AddScoped<IEntityController<TEntity>, TImplementation>();
        Services.AddSingleton<Reconciler<TEntity>>();
        Services.AddSingleton(services =>
        {
            var loop = ActivatorUtilities.CreateInstance<ControllerLoop<TEntity>>(services);
            loop.Follow(controller.Predicate);
            foreach (var attach in controller.Sources)
                attach(services, key => loop.Enqueue(key));
            return loop;
        });
        Services.AddSingleton<IControllerLoop>(services => services.GetRequiredService<ControllerLoop<TEntity>>());
        Services.AddSingleton<IReconcileTrigger<TEntity>>(services => services.GetRequiredService<ControllerLoop<TEntity>>());
        return this;
    }

    /// <summary>Is attached to every object of the kind, and runs, in order of registration, before one may go.</summary>
    /// <param name="identifier">As in metadata.finalizers: domain/name.</param>
    public OperatorBuilder AddFinalizer<TImplementation, TEntity>(string identifier)
        where TImplementation : class, IEntityFinalizer<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        if (identifier.Split('/') is not [{ Length: > 0 and <= 253 }, { Length: > 0 and <= 63 }])
            throw new ArgumentException($"'{identifier}' is not of the form domain/name.", nameof(identifier));
        if (!_controllers.Contains(typeof(TEntity)))
            throw new InvalidOperationException($"{typeof(TEntity).Name} needs a controller first: it runs the finalizers.");

        Services.AddScoped<TImplementation>();
        Services.AddSingleton(new FinalizerRegistration<TEntity>(identifier, typeof(TImplementation)));
        return this;
    }

    /// <summary>Takes a finalizer that earlier versions attached off every object of the kind, also off those that wait for nothing else to go.</summary>
    public OperatorBuilder RemoveFormerFinalizer<TEntity>(string identifier)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        if (!_controllers.Contains(typeof(TEntity)))
            throw new InvalidOperationException($"{typeof(TEntity).Name} needs a controller first: it sees the objects.");

        Services.AddSingleton(new FormerFinalizer<TEntity>(identifier));
        return this;
    }

    /// <summary>Makes <see cref="IResourceCache{T}"/> available for a kind that is only read.</summary>
    /// <param name="labelSelector">Which objects; null is no opinion, and all of them if nobody has one. Two different ones are an error.</param>
    /// <param name="optional">The cluster may not serve the kind: it then has no objects, and <see cref="IResourceCache{T}.IsServed"/> is false.</param>
    public OperatorBuilder AddInformer<T>(string? labelSelector = null, bool optional = false, bool required = true)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (!_informers.TryGetValue(typeof(T), out var known))
        {
            _informers.Add(typeof(T), known = new InformerDeclaration<T>());
            Register((InformerDeclaration<T>)known);
        }

        ((InformerDeclaration<T>)known).Merge(labelSelector, optional, required);
        return this;
    }

    private void Register<T>(InformerDeclaration<T> declaration)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<IOptions<RuntimeOptions>>().Value;
            var scope = new InformerScope
            {
                Namespace = ResourceKind.Of<T>().Namespaced ? options.Namespace : null,
                LabelSelector = declaration.LabelSelector,
                Required = declaration.Required,
                Optional = declaration.Optional,
            };
            return new Informer<T>(
                services.GetRequiredService<IResourceClient>(),
                scope,
                options.ResyncPeriod,
                services.GetRequiredService<Jitter>(),
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<Informer<T>>>());
        });
        Services.AddSingleton<IInformer>(services => services.GetRequiredService<Informer<T>>());
        Services.AddSingleton<IResourceCache<T>>(services => services.GetRequiredService<Informer<T>>());
    }
}
