using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Rerank.Faults.Tests.Faults;
using Rerank.Operator;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Pipelines.Watch;
using Rerank.Operator.Run;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Faults.Tests.World;

/// <summary>One process of the operator whose reconciles are called by hand: the real controllers and finalizers, with caches that age.</summary>
internal sealed class SteppedOperator : IDisposable
{
    private static readonly TimeSpan ReconcileLimit = TimeSpan.FromMinutes(2);

    private readonly ServiceProvider _services;
    private readonly string _namespace;
    private readonly IResourceCache<RerankPipeline> _pipelines;
    private readonly IResourceCache<ModelVersion> _models;
    private readonly Reconciler<RerankPipeline> _ofPipelines;
    private readonly Reconciler<ModelVersion> _ofModels;
    private readonly Dictionary<ObjectKey, RerankPipeline> _seen = [];

    /// <param name="client">For what the operator reads and writes itself.</param>
    /// <param name="lists">For its caches.</param>
    public SteppedOperator(FaultGate gate, IResourceClient client, IResourceClient lists, Post post, HttpMessageHandler network, FakeTimeProvider time, string ns, OperatorOptions options)
    {
        Gate = gate;
        _namespace = ns;
        var tokens = 0;
        var services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(Metrics.NewCustomRegistry())
            .AddSingleton(client)
            .AddSingleton<NewToken>(() => $"token-{++tokens}-of-{time.GetUtcNow().Ticks}")
            .AddSingleton(Options.Create(options));
        services.AddOperatorRuntime(runtime => runtime.LeaderElection.Enabled = false).AddRerankControllers();
        services.AddSingleton<IHttpClientFactory>(new AdminFaults(gate, post, network));
        Caches = [.. ReplaceCaches(services, lists)];
        _services = services.BuildServiceProvider();
        // Looked up once: a world has many lives, and each would have the container compile its look-ups.
        (_pipelines, _models) = (Get<IResourceCache<RerankPipeline>>(), Get<IResourceCache<ModelVersion>>());
        (_ofPipelines, _ofModels) = (Get<Reconciler<RerankPipeline>>(), Get<Reconciler<ModelVersion>>());
    }

    public FaultGate Gate { get; }

    public IReadOnlyList<ISteppedCache> Caches { get; }

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Whether every cache has been filled once: before, no operator does anything.</summary>
    public bool HasSynced => Caches.All(c => c.HasSynced);

    /// <summary>What the guard of rollouts does in a second.</summary>
    public async Task<bool> GuardAsync(CancellationToken cancellationToken)
    {
        await Get<Guard>().LookAsync(cancellationToken);
        return true;
    }

    /// <summary>Brings the caches up to date, but for those of <paramref name="stale"/> kinds.</summary>
    public async Task RefreshAsync(Func<string, bool> stale, CancellationToken cancellationToken)
    {
        foreach (var cache in Caches.Where(c => !stale(c.Kind)))
            await cache.RefreshAsync(cancellationToken);
    }

    /// <summary>Every pipeline and model that the caches know, once.</summary>
    public async Task<IReadOnlyList<ReconcileOutcome>> ReconcileAsync(CancellationToken cancellationToken)
    {
        var outcomes = new List<ReconcileOutcome>();
        var pipelines = _pipelines.List(_namespace).ToDictionary(p => ObjectKey.Of(p));
        foreach (var gone in _seen.Where(seen => !pipelines.ContainsKey(seen.Key)).ToList())
        {
            _seen.Remove(gone.Key);
            outcomes.Add(await _ofPipelines.RunAsync(null, gone.Value, ReconcileLimit, cancellationToken));
        }

        foreach (var (key, pipeline) in pipelines.OrderBy(p => p.Key.Name, StringComparer.Ordinal))
        {
            _seen[key] = pipeline;
            outcomes.Add(await _ofPipelines.RunAsync(pipeline, null, ReconcileLimit, cancellationToken));
        }

        foreach (var model in _models.List(_namespace).OrderBy(m => m.Name(), StringComparer.Ordinal))
            outcomes.Add(await _ofModels.RunAsync(model, null, ReconcileLimit, cancellationToken));
        return outcomes;
    }

    public void Dispose() => _services.Dispose();

    private IEnumerable<ISteppedCache> ReplaceCaches(IServiceCollection services, IResourceClient lists)
    {
        var kinds = services
            .Where(s => s.ServiceType.IsGenericType && s.ServiceType.GetGenericTypeDefinition() == typeof(IResourceCache<>))
            .Select(s => s.ServiceType.GetGenericArguments()[0])
            .ToList();
        foreach (var kind in kinds)
        {
            var cache = Activator.CreateInstance(typeof(SteppedCache<>).MakeGenericType(kind), lists, _namespace)!;
            services.AddSingleton(typeof(IResourceCache<>).MakeGenericType(kind), cache);
            yield return (ISteppedCache)cache;
        }
    }
}
