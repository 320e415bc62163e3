using System.Text.Json;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Rerank.Contracts;
using Rerank.Contracts.Routing;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Models;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Pipelines.Watch;
using Rerank.Operator.Revisions;
using Rerank.Operator.Run;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Leadership;

namespace Rerank.Operator.Tests.World;

/// <summary>A cluster in memory with this operator in it: the real controllers on the in-memory API server, fake nodes under them, time by hand.</summary>
internal sealed class TestWorld
{
    public const string Namespace = Samples.Namespace;

    private ServiceProvider _operator;

    public TestWorld()
    {
        Time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Api = new(Time);
        Network = new(Crash, Time);
        Nodes = new(Api.As("kubelet"), Network);
        _operator = StartOperator();
    }

    public FakeTimeProvider Time { get; }

    public InMemoryResourceClient Api { get; }

    public CrashPoint Crash { get; } = new();

    public FakeNetwork Network { get; }

    public FakeNodes Nodes { get; }

    /// <summary>What somebody wanted reconciled at once.</summary>
    public Triggers Triggers { get; } = new();

    public GuardedPipeline? Guarded => _operator.GetRequiredService<GuardedPipelines>().Find(new(Namespace, Samples.Pipeline));

    public IWorkPriorities<RerankPipeline> Priorities => _operator.GetRequiredService<IWorkPriorities<RerankPipeline>>();

    public Guard Guard => _operator.GetRequiredService<Guard>();

    public LeaseFence Lease => _operator.GetRequiredService<LeaseFence>();

    public bool ServesAutoscalers { get; set; } = true;

    /// <summary>Why NetworkPolicies can't be listed; null when they can.</summary>
    public string? PoliciesUnlisted { get; set; }

    /// <summary>Of the operator, from its next start on.</summary>
    public OperatorOptions Options { get; } = Samples.Options;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>As a user, who has another field manager.</summary>
    public InMemoryResourceClient User => Api.As("kubectl");

    /// <summary>A new process, which remembers nothing.</summary>
    public void RestartOperator()
    {
        _operator.Dispose();
        _operator = StartOperator();
    }

    public async Task ReconcileAsync(string name = Samples.Pipeline)
    {
        var pipeline = await Api.GetAsync<RerankPipeline>(new(Namespace, name), Stop);
        if (pipeline is not null)
            await _operator.GetRequiredService<RerankPipelineController>().ReconcileAsync(pipeline, Stop);
    }

    /// <returns>After which time again; null: when something happens, or the model isn't there.</returns>
    public async Task<TimeSpan?> ReconcileModelAsync(string name) => await Api.GetAsync<ModelVersion>(new(Namespace, name), Stop) is { } model
        ? (await _operator.GetRequiredService<ModelVersionController>().ReconcileAsync(model, Stop)).RequeueAfter
        : null;

    /// <summary>Nodes and operator take turns, a second each, for long enough that everything that comes by itself has come.</summary>
    public async Task SettleAsync(int rounds = 8)
    {
        for (var i = 0; i < rounds; i++)
            await TurnAsync();
    }

    public async Task TurnAsync()
    {
        await ReconcileAsync();
        await LearnTokenAsync();
        await Nodes.StepAsync(Stop);
        Time.Advance(TimeSpan.FromSeconds(1));
        await AssertServingAsync();
    }

    /// <summary>Whoever is ready to get requests routes them to pods that hold what they ask for.</summary>
    public async Task AssertServingAsync()
    {
        if (await RevisionsAsync() is { Count: > 0 } revisions && revisions.Any(r => r.StableSince is not null))
            Assert.Contains(revisions, r => r.Role == RevisionRole.Stable);
        foreach (var pod in Nodes.Pods.Where(p => p is { IsReady: true, Router: not null }))
        {
            var table = pod.Router!.Table!;
            Arm[] arms = table.Candidate is { TrafficPermille: > 0 } candidate ? [table.Stable, candidate.Arm] : [table.Stable];
            foreach (var tier in arms.SelectMany(a => a.Tiers).Where(t => t.Model is not null))
            {
                var isSidecar = table.Clusters.Single(c => c.Name == tier.Model!.Cluster).Addresses[0].StartsWith("unix:", StringComparison.Ordinal);
                var hosts = isSidecar
                    ? [pod.Hosts[tier.Name]]
                    : Nodes.Pods.Where(p => p.IsReady && p.Component == tier.Model!.Cluster).Select(p => p.Hosts[p.Component]);
                Assert.True(hosts.Any(h => h.Serves(tier.Model!.Digest)), $"nobody serves {tier.Model!.Model} to {pod.Pod.Name()}");
            }
        }
    }

    public async Task<IReadOnlyList<Revision>> RevisionsAsync() =>
        [.. (await Api.ListAsync<V1ControllerRevision>(Namespace, null, null, Stop)).Items.Select(RevisionObject.Read)];

    public async Task<Revision?> StableAsync() => (await RevisionsAsync()).Where(r => r.Role == RevisionRole.Stable).MaxBy(r => r.Sequence);

    public async Task<Revision> CandidateAsync() => (await RevisionsAsync()).Single(r => r.Role == RevisionRole.Candidate);

    /// <summary>Names, in their order.</summary>
    public List<string> PodNames() => [.. Nodes.Pods.Select(p => p.Pod.Name()).Order(StringComparer.Ordinal)];

    /// <summary>Names, in their order.</summary>
    public async Task<IEnumerable<string>> DeploymentsAsync() => (await ListAsync<V1Deployment>()).Select(d => d.Name()).Order(StringComparer.Ordinal);

    /// <summary>Names of the models in a component's hosts, in their order.</summary>
    public IEnumerable<string> HeldBy(string component) =>
        Nodes.Pods.First(p => p.Component == component).Hosts[component].Set!.Models.Select(m => m.Name).Order(StringComparer.Ordinal);

    /// <summary>The same of a Deployment with one host in each pod.</summary>
    public IEnumerable<string> HeldIn(string deployment) =>
        Nodes.Pods.First(p => p.Deployment == deployment).Hosts.Single().Value.Set!.Models.Select(m => m.Name).Order(StringComparer.Ordinal);

    public async Task<RoutingTable?> TableAsync()
    {
        var map = await Api.GetAsync<V1ConfigMap>(new(Namespace, new PipelineNames(Samples.Pipeline).Router), Stop);
        return map?.Data.TryGetValue(PodPaths.RoutingTableKey, out var text) == true
            ? JsonSerializer.Deserialize(text, ContractsJson.Default.RoutingTable)
            : null;
    }

    public async Task<RerankPipeline> PipelineAsync(string name = Samples.Pipeline) => (await Api.GetAsync<RerankPipeline>(new(Namespace, name), Stop))!;

    public async Task<ModelVersion> ModelAsync(string name) => (await Api.GetAsync<ModelVersion>(new(Namespace, name), Stop))!;

    public async Task<Condition> ConditionAsync(string type) => (await PipelineAsync()).Status!.Conditions.Single(c => c.Type == type);

    public async Task<IReadOnlyList<T>> ListAsync<T>()
        where T : IKubernetesObject<V1ObjectMeta> => (await Api.ListAsync<T>(Namespace, null, null, Stop)).Items;

    public Task ApplyAsync<T>(T entity)
        where T : IKubernetesObject<V1ObjectMeta> => User.ApplyAsync(entity, Stop);

    /// <summary>The models of the tiers that routers ask for, by tier.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ServedModelsAsync() =>
        (await TableAsync())!.Stable.Tiers.Where(t => t.Model is not null).ToDictionary(t => t.Name, t => t.Model!.Model);

    public Task<V1Secret?> AdminSecretAsync() => Api.GetAsync<V1Secret>(new(Namespace, new PipelineNames(Samples.Pipeline).AdminSecret), Stop);

    private async Task LearnTokenAsync() => Network.Project(await AdminSecretAsync());

    private ServiceProvider StartOperator()
    {
        var client = new CrashingClient(Api, Crash);
        var tokens = 0;
        var services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton<IResourceClient>(client)
            .AddSingleton<NewToken>(() => $"token-{++tokens}-of-{Time.GetUtcNow().Ticks}")
            .AddSingleton(Microsoft.Extensions.Options.Options.Create(Options))
            .AddSingleton<IReconcileTrigger<RerankPipeline>>(Triggers)
            .AddSingleton<LeaseFence>()
            .AddSingleton(Metrics.NewCustomRegistry())
            .AddRerankControllers()
            .AddSingleton<IHttpClientFactory>(Network)
            .AddSingleton(typeof(IResourceCache<V2HorizontalPodAutoscaler>), _ => new LiveCache<V2HorizontalPodAutoscaler>(Api, ServesAutoscalers))
            .AddSingleton<RerankPipelineController>()
            .AddSingleton<ModelVersionController>();
        AddCache<RerankPipeline>(services);
        AddCache<ModelVersion>(services);
        AddCache<V1Pod>(services);
        AddCache<V1Deployment>(services);
        AddCache<V1Service>(services);
        AddCache<V1ConfigMap>(services);
        services.AddSingleton<IResourceCache<V1NetworkPolicy>>(new LiveCache<V1NetworkPolicy>(Api, unlisted: () => PoliciesUnlisted));
        AddCache<V1PodDisruptionBudget>(services);
        AddCache<V1ControllerRevision>(services);
        AddCache<V1Lease>(services);
        return services.BuildServiceProvider();
    }

    private void AddCache<T>(IServiceCollection services)
        where T : class, IKubernetesObject<V1ObjectMeta> => services.AddSingleton<IResourceCache<T>>(new LiveCache<T>(Api));
}
