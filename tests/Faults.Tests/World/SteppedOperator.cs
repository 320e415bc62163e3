using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Rerank.Faults.Tests.Faults;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Run;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.World;

/// <summary>One process of the operator whose reconciles are called by hand: the real controllers and finalizers, with caches that age.</summary>
internal sealed class SteppedOperator : IDisposable
{
    private static readonly TimeSpan ReconcileLimit = TimeSpan.FromMinutes(2);

    private readonly ServiceProvider _services;
    private readonly string _namespace;
    private readonly Dictionary<ObjectKey, RerankPipeline> _seen = [];

    /// <param name="client">For what the operator reads and writes itself.</param>
    /// <param name="lists">For its caches.</param>
    public SteppedOperator(FaultGate gate, IResourceClient client, IResourceClient lists, HttpMessageHandler network, FakeTimeProvider time, string ns)
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
            .AddSingleton(Options.Create(Samples.Options));
        services.AddOperatorRuntime(runtime => runtime.LeaderElection.Enabled = false).AddRerankControllers();
        services.AddSingleton<IHttpClientFactory>(new AdminFaults(gate, network));
        Caches = [.. ReplaceCaches(services, lists)];
        _services = services.BuildServiceProvider();
    }

    public FaultGate Gate { get; }

    public IReadOnlyList<ISteppedCache> Caches { get; }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

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
        var pipelines = Get<IResourceCache<RerankPipeline>>().List(_namespace).ToDictionary(p => ObjectKey.Of(p));
        foreach (var gone in _seen.Where(seen => !pipelines.ContainsKey(seen.Key)).ToList())
        {
            _seen.Remove(gone.Key);
            outcomes.Add(await Get<Reconciler<RerankPipeline>>().RunAsync(null, gone.Value, ReconcileLimit, cancellationToken));
        }

        foreach (var (key, pipeline) in pipelines.OrderBy(p => p.Key.Name, StringComparer.Ordinal))
        {
            _seen[key] = pipeline;
            outcomes.Add(await Get<Reconciler<RerankPipeline>>().RunAsync(pipeline, null, ReconcileLimit, cancellationToken));
        }

        foreach (var model in Get<IResourceCache<ModelVersion>>().List(_namespace).OrderBy(m => m.Name(), StringComparer.Ordinal))
            outcomes.Add(await Get<Reconciler<ModelVersion>>().RunAsync(model, null, ReconcileLimit, cancellationToken));
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
