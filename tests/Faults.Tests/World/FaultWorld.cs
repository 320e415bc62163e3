using System.Text.Json;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts;
using Rerank.Contracts.Routing;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.Oracles;
using Rerank.Operator;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Leadership;
using Rerank.Operator.Tests.World;
using Rerank.TestKit;

namespace Rerank.Faults.Tests.World;

/// <summary>
/// A namespace of an API server with an operator in it whose every request may go wrong, fake nodes, and simulated time. Operator and nodes take turns, a
/// second each.
/// </summary>
internal sealed class FaultWorld : IDisposable
{
    private const int QuietTurns = 3;

    // Numbers of what is judged are told every few seconds only.
    private const int QuietTurnsOfAnalysis = 6;

    private readonly IServer _server;
    private readonly IResourceClient _observer;
    private readonly IResourceClient _user;
    private readonly Garbage? _garbage;
    private int _collectedAt;

    private FaultWorld(IServer server, FakeTimeProvider time, string ns, bool collects)
    {
        (_server, Time, Namespace) = (server, time, ns);
        _observer = server.AsReader("observer");
        _user = server.As("kubectl");
        Network = new(new CrashPoint(), time);
        Nodes = new(server.AsReader("kubelet"), Network, ns);
        Invariants = new(Nodes);
        Traffic = new(Nodes);
        Journal.Written = Invariants.AfterWrite;
        _garbage = collects ? new(_observer, ns) : null;
        Operator = StartOperator();
    }

    public FakeTimeProvider Time { get; }

    public string Namespace { get; }

    /// <summary>Of the operator.</summary>
    public OperatorOptions Settings { get; } = Samples.Options;

    public FaultPlan Plan { get; } = new();

    public Journal Journal { get; } = new();

    public TimeTravel Past { get; } = new();

    /// <summary>What becomes of the watches of a running operator.</summary>
    public WatchFaults Watches { get; } = new();

    public FakeNetwork Network { get; }

    /// <summary>In which order what the operator sends to routers and hosts at once arrives.</summary>
    public Post Post { get; } = new();

    public FakeNodes Nodes { get; }

    public Traffic Traffic { get; }

    public Invariants Invariants { get; }

    public SteppedOperator Operator { get; private set; }

    /// <summary>Kinds, by their plural, whose caches get no news at the moment.</summary>
    public Func<string, bool> Stale { get; set; } = _ => false;

    /// <summary>How the last turn's reconciles ended.</summary>
    public IReadOnlyList<ReconcileOutcome> Outcomes { get; private set; } = [];

    /// <summary>Operator processes so far.</summary>
    public int Lives { get; private set; }

    public IResourceClient User => _user;

    /// <summary>Somebody else, who has a field manager of its own.</summary>
    public IResourceClient As(string fieldManager) => _server.As(fieldManager);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<FaultWorld> OnServerAsync(ControlPlane server)
    {
        var time = NewTime();
        return new(new RealServer(server.Fixture, time), time, await server.Fixture.CreateNamespaceAsync("faults", Stop), collects: true);
    }

    /// <summary>On a real API server or on the one in memory.</summary>
    public static Task<FaultWorld> OnAsync(ControlPlane server, bool isReal) => isReal ? OnServerAsync(server) : Task.FromResult(InMemory());

    public static FaultWorld InMemory()
    {
        var time = NewTime();
        return new(new MemoryServer(time), time, "shop", collects: false);
    }

    /// <summary>A new process, which remembers nothing. The old one is dead from now on, whatever it was doing.</summary>
    public void RestartOperator()
    {
        Operator.Gate.Kill();
        Operator.Dispose();
        Operator = StartOperator();
    }

    /// <summary>Another process beside the one of this world.</summary>
    public SteppedOperator StartAnother() => StartOperator();

    /// <summary>Another process, which writes only as long as nobody else can have the lease. It may be stopped before any write.</summary>
    public SteppedOperator StartFenced(out LeaseFence lease)
    {
        Lives++;
        lease = new(Options.Create(new RuntimeOptions()), Time);
        var gate = new FaultGate(Plan, Journal, Time);
        var client = new FaultClient(new FencedClient(_server.As(ResourceClient.DefaultFieldManager), lease), gate, Journal);
        return new(gate, client, client, Post, Network, Time, Namespace, Settings);
    }

    public async Task ReconcileAsync()
    {
        await ReconcileAsync(Operator);
        if (Operator.Gate.IsDead)
            RestartOperator();
    }

    public async Task ReconcileAsync(SteppedOperator process)
    {
        try
        {
            await Post.DeliverAsync(process.GuardAsync(Stop));
            var unheard = await RefreshAsync(process);
            Outcomes = process.HasSynced ? await Post.DeliverAsync(process.ReconcileAsync(Stop)) : [];
            if (unheard is not null)
                Outcomes = [.. Outcomes, new(OutcomeKind.Threw, Message: unheard.Message, Error: unheard)];
        }
        catch (Exception exception) when (exception is CrashException or HttpRequestException or k8s.Autorest.HttpOperationException)
        {
            Outcomes = [new(OutcomeKind.Threw, Message: exception.Message, Error: exception)];
        }
    }

    // An informer tries again later, and what it knows stays.
    private async Task<Exception?> RefreshAsync(SteppedOperator process)
    {
        try
        {
            await process.RefreshAsync(Stale, Stop);
            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or k8s.Autorest.HttpOperationException)
        {
            return exception;
        }
    }

    /// <summary>One second: the operator, then the nodes.</summary>
    public async Task TurnAsync()
    {
        await ReconcileAsync();
        await LiveAsync();
    }

    /// <summary>One second without the operator.</summary>
    public async Task LiveAsync()
    {
        Network.Project(await GetAsync<V1Secret>(new PipelineNames(Samples.Pipeline).AdminSecret));
        await Nodes.StepAsync(Stop);
        if (_garbage is not null && Journal.Count != _collectedAt)
        {
            _collectedAt = Journal.Count;
            await _garbage.CollectAsync(Stop);
        }

        Traffic.Pass();
        Time.Advance(TimeSpan.FromSeconds(1));
        Invariants.Traffic("at the end of a turn");
        Invariants.Check();
    }

    /// <summary>Turns until something holds.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds, int most = 80)
    {
        for (var turn = 0; !await holds(); turn++)
        {
            if (turn == most)
                Assert.Fail($"not after {most} turns:\n{await DescribeAsync()}");
            await TurnAsync();
        }
    }

    /// <summary>Turns until the candidate is at a step that every router follows.</summary>
    public Task UntilStepAsync(string step) =>
        UntilAsync(async () => (await PipelineAsync()).Status?.Candidate is { StepStartTime: not null } candidate && candidate.Step == step);

    /// <summary>Turns until the operator has written nothing for a few of them.</summary>
    public async Task SettleAsync(int most = 60)
    {
        for (var (turn, quiet) = (0, 0); quiet < await EnoughAsync(); turn++)
        {
            if (turn == most)
                Assert.Fail($"no rest after {most} turns:\n{await DescribeAsync()}");
            var before = Journal.Count;
            await TurnAsync();
            quiet = Journal.Count == before && !Operator.Gate.IsDead && Outcomes.All(o => o.Kind == OutcomeKind.Success) ? quiet + 1 : 0;
        }

        async Task<int> EnoughAsync() => (await PipelineAsync())?.Status?.Analysis is null ? QuietTurns : QuietTurnsOfAnalysis;
    }

    /// <summary>Oracle L: nothing is written while time passes.</summary>
    public async Task AssertQuietAsync(params TimeSpan[] waits)
    {
        var before = Journal.Count;
        foreach (var wait in waits)
        {
            Time.Advance(wait);
            await ReconcileAsync();
            await LiveAsync();
        }

        Assert.Empty(Journal.Entries.Skip(before));
    }

    /// <summary>A whole operator, with informers and queue. Nobody but <see cref="LiveUntilAsync"/> has it do anything then: its time stands still in between.</summary>
    public Task<RunningOperator> RunAsync()
    {
        Lives++;
        var gate = new FaultGate(Plan, Journal, Time);
        return RunningOperator.StartAsync(gate, _server.OfOperator(gate, Journal, Watches, Past), Network, Time, Namespace, Stop);
    }

    /// <summary>Lets a running operator's time and its nodes go on until the assertions hold.</summary>
    public Task LiveUntilAsync(Func<Task> assertions) => Eventually.Passes(
        async () =>
        {
            await LiveAsync();
            await assertions();
        },
        Stop,
        TimeSpan.FromSeconds(60));

    public Task LiveUntilReadyAsync() => LiveUntilAsync(async () =>
    {
        var pipeline = await PipelineAsync();
        var ready = pipeline.Status?.Conditions.SingleOrDefault(c => c.Type == "Ready");
        Assert.True(ready?.Status == ConditionStatus.True && ready.ObservedGeneration == pipeline.Metadata.Generation, ready?.Message);
    });

    /// <summary>How it stands, for people.</summary>
    public async Task<string> DescribeAsync()
    {
        var conditions = (await PipelineAsync())?.Status?.Conditions.Select(c => $"{c.Type} {c.Status} {c.Reason}: {c.Message}") ?? [];
        var revisions = (await RevisionsAsync()).Select(r => $"{r.Name} {r.Role}: {string.Join('+', r.Snapshot.Tiers.Select(t => t.Model?.Model.Name ?? "cache"))} {r.Rollout}");
        var writes = Journal.Entries.TakeLast(20).Select(e => e.ToString());
        var outcomes = Outcomes.Select(o => $"{o.Kind} {o.Error?.ToString() ?? o.Message}");
        return string.Join('\n', [.. conditions, .. revisions, .. Nodes.Pods.Select(p => p.ToString()), .. outcomes, .. writes]);
    }

    public Task<IReadOnlyDictionary<string, string>> EndStateAsync() => EndState.ReadAsync(_observer, Namespace, Stop);

    /// <summary>As a user. Pipelines become known to the invariants.</summary>
    public async Task<T> ApplyAsync<T>(T entity)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        entity.Metadata.NamespaceProperty = Namespace;
        var applied = await _user.ApplyAsync(entity, Stop);
        if (applied is RerankPipeline)
            Invariants.Owners.Add(applied.Uid());
        return applied;
    }

    public async Task DeleteAsync<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        await _user.DeleteAsync<T>(new(Namespace, name), null, Stop);
        if (_garbage is not null)
            await _garbage.CollectAsync(Stop);
    }

    /// <summary>In memory, what is read is everybody's, and not to be changed.</summary>
    public Task<T?> GetAsync<T>(string name)
        where T : class, IKubernetesObject<V1ObjectMeta> => _observer.GetAsync<T>(new(Namespace, name), Stop);

    public async Task<IReadOnlyList<T>> ListAsync<T>()
        where T : IKubernetesObject<V1ObjectMeta> => (await _observer.ListAsync<T>(Namespace, null, null, Stop)).Items;

    public async Task<RerankPipeline> PipelineAsync(string name = Samples.Pipeline) => (await GetAsync<RerankPipeline>(name))!;

    public async Task<Condition> ConditionAsync(string type) => (await PipelineAsync()).Status!.Conditions.Single(c => c.Type == type);

    public async Task<IReadOnlyList<Revision>> RevisionsAsync() => [.. (await ListAsync<V1ControllerRevision>()).Select(RevisionObject.Read)];

    public async Task<Revision?> StableAsync() => (await RevisionsAsync()).Where(r => r.Role == RevisionRole.Stable).MaxBy(r => r.Sequence);

    public async Task<RoutingTable?> TableAsync() =>
        (await GetAsync<V1ConfigMap>(new PipelineNames(Samples.Pipeline).Router))?.Data?.TryGetValue(PodPaths.RoutingTableKey, out var text) == true
            ? JsonSerializer.Deserialize(text, ContractsJson.Default.RoutingTable)
            : null;

    /// <summary>The models of the tiers that routers ask for, by tier.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ServedModelsAsync() =>
        (await TableAsync())!.Stable.Tiers.Where(t => t.Model is not null).ToDictionary(t => t.Name, t => t.Model!.Model);

    public void Dispose()
    {
        Operator.Dispose();
        Journal.Dispose();
        (_server as IDisposable)?.Dispose();
    }

    // Never at a whole second, as hardly any clock is: API servers refuse micro times without a fraction, and the Kubernetes client leaves out one of zero.
    private static FakeTimeProvider NewTime() => new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    private SteppedOperator StartOperator()
    {
        Lives++;
        var gate = new FaultGate(Plan, Journal, Time);
        return new(gate, _server.OfOperator(gate, Journal), _server.OfOperator(gate, Journal, past: Past), Post, Network, Time, Namespace, Settings);
    }
}
