using System.Text;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Leadership;
using Rerank.Operator.Runtime.Tests.Caching;
using Rerank.Operator.Runtime.Tests.Leadership;
using Rerank.TestKit;
using static Rerank.Operator.Runtime.Tests.Caching.ScriptedApi;

namespace Rerank.Operator.Runtime.Tests.Control;

public sealed class ControllerLoopTests : IAsyncDisposable
{
    private static readonly ObjectKey Key = new("default", "a");

    private readonly ScriptedApi _api = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Script _script = new();
    private readonly LogCollector _log = new();
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly InMemoryLease _lease = new();
    private readonly RuntimeOptions _options = new() { LeaderElection = { Enabled = false } };
    private bool _finalizers;
    private IHost? _host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync(CancellationToken.None);
            _host.Dispose();
        }
    }

    [Fact]
    public async Task Reconcile_Success_RunsOncePerChange()
    {
        _api.List("10", Map("a", "1"));
        var watch = await StartAsync();
        await RunsAsync(1);

        watch.Send(WatchChange.Modified, Map("a", "11"));

        await RunsAsync(2);
        Assert.Equal(["1", "11"], _script.Reconciled.Select(m => m.Metadata.ResourceVersion));
    }

    [Fact]
    public async Task Reconcile_ControllerWritesToTheObject_TheCacheStaysAsItWas()
    {
        _script.Reconcile = (map, _) =>
        {
            map.Metadata.Labels = new Dictionary<string, string> { ["changed"] = "by the controller" };
            return Script.Ok(map);
        };
        _api.List("10", Map("a", "1"));
        await StartAsync();
        await Eventually.True(() => _script.Reconciled.Any(m => m.Metadata.Labels is not null), Cancellation);

        Assert.Null(Service<IResourceCache<V1ConfigMap>>().Get(Key)!.Metadata.Labels);
    }

    [Fact]
    public async Task Reconcile_SuccessAfter_RunsAgainThen()
    {
        _script.Reconcile = (map, _) => Script.Again(map, TimeSpan.FromSeconds(30));
        _api.List("10", Map("a", "1"));
        await StartAsync();
        await RunsAsync(1);

        await AdvanceUntil(() => _script.Reconciled.Count == 2, TimeSpan.FromSeconds(10));

        Assert.True(Elapsed >= TimeSpan.FromSeconds(30), $"{Elapsed}");
        await Eventually.Passes(
            () => MetricAsync("controller_runtime_reconcile_total{controller=\"configmap\",result=\"requeue_after\"} 2"), Cancellation);
    }

    [Fact]
    public async Task Reconcile_FailsAgainAndAgain_IsRetriedForEverAndErrorsAreLoggedFromTheFifth()
    {
        _script.Reconcile = (map, _) => Script.Fail(map);
        _api.List("10", Map("a", "1"));
        await StartAsync();

        await AdvanceUntil(() => _script.Reconciled.Count >= 15, TimeSpan.FromMinutes(1));

        var levels = _log.Entries.Where(e => e.Id == 203).Select(e => e.Level).ToArray();
        Assert.All(levels[..4], l => Assert.Equal(LogLevel.Warning, l));
        Assert.All(levels[4..], l => Assert.Equal(LogLevel.Error, l));
    }

    [Fact]
    public async Task Reconcile_Throws_IsRetriedWithBackoffAndCountedAsABug()
    {
        var throws = 3;
        _script.Reconcile = (map, _) => throws-- > 0 ? throw new InvalidOperationException("a bug") : Script.Ok(map);
        _api.List("10", Map("a", "1"));
        await StartAsync();

        await AdvanceUntil(() => _script.Reconciled.Count == 4, TimeSpan.FromMilliseconds(10));

        // A fifth less at most, by chance: not all are to come back at once.
        Assert.True(Elapsed >= 0.8 * TimeSpan.FromMilliseconds(50 + 100 + 200), $"{Elapsed}");
        await Eventually.Passes(
            async () =>
            {
                await MetricAsync("controller_runtime_reconcile_errors_total{controller=\"configmap\",reason=\"exception\"} 3");
                await MetricAsync("controller_runtime_reconcile_panics_total{controller=\"configmap\"} 3");
                await MetricAsync("controller_runtime_reconcile_total{controller=\"configmap\",result=\"success\"} 1");
            },
            Cancellation);
    }

    [Fact]
    public async Task Reconcile_FailureAfter_WaitsAsAsked()
    {
        var failures = 1;
        _script.Reconcile = (map, _) => failures-- > 0 ? Script.Fail(map, TimeSpan.FromMinutes(3)) : Script.Ok(map);
        _api.List("10", Map("a", "1"));
        await StartAsync();

        await AdvanceUntil(() => _script.Reconciled.Count == 2, TimeSpan.FromSeconds(10));

        Assert.True(Elapsed >= TimeSpan.FromMinutes(3), $"{Elapsed}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reconcile_Conflict_IsRetriedWithoutAWarning(bool thrown)
    {
        var conflicts = 2;
        _script.Reconcile = (map, _) => conflicts-- <= 0
            ? Script.Ok(map)
            : thrown ? throw new ConflictException("changed meanwhile") : Script.Fail(map, error: new ConflictException("changed meanwhile"));
        _api.List("10", Map("a", "1"));
        await StartAsync();

        await AdvanceUntil(() => _script.Reconciled.Count == 3);

        Assert.DoesNotContain(_log.Entries, e => e.Level >= LogLevel.Warning);
        await Eventually.Passes(
            () => MetricAsync("controller_runtime_reconcile_errors_total{controller=\"configmap\",reason=\"conflict\"} 2"), Cancellation);
    }

    [Fact]
    public async Task Reconcile_TakesTooLong_IsCancelledAndRetried()
    {
        var hang = true;
        _script.Reconcile = async (map, token) =>
        {
            if (hang)
            {
                hang = false;
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }

            return await Script.Ok(map);
        };
        _api.List("10", Map("a", "1"));
        await StartAsync();

        await AdvanceUntil(() => _script.Reconciled.Count == 2, TimeSpan.FromSeconds(10));

        Assert.True(Elapsed >= _options.ReconcileTimeout, $"{Elapsed}");
        await Eventually.Passes(() => MetricAsync("controller_runtime_reconcile_timeouts_total{controller=\"configmap\"} 1"), Cancellation);
    }

    [Fact]
    public async Task Reconcile_ChangedWhileRunning_RunsOnceMoreAndNeverTwiceAtOnce()
    {
        var gate = new TaskCompletionSource();
        _script.Reconcile = async (map, _) =>
        {
            await gate.Task;
            return await Script.Ok(map);
        };
        _api.List("10", Map("a", "1"));
        var watch = await StartAsync();
        await RunsAsync(1);

        watch.Send(WatchChange.Modified, Map("a", "11")).Send(WatchChange.Modified, Map("a", "12")).Send(WatchChange.Modified, Map("a", "13"));
        await Eventually.True(() => Service<IResourceCache<V1ConfigMap>>().Get(Key)!.Metadata.ResourceVersion == "13", Cancellation);
        Assert.Single(_script.Reconciled);
        gate.SetResult();

        await RunsAsync(2);
        Assert.Equal("13", _script.Reconciled.Last().Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Deleted_TellsTheLastStateOnceEvenIfThatFails()
    {
        _script.Deleted = map => Script.Fail(map);
        _api.List("10", Map("a", "1"));
        var watch = await StartAsync();
        await RunsAsync(1);

        watch.Send(WatchChange.Deleted, Map("a", "12"));
        await Eventually.True(() => !_script.Told.IsEmpty, Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1));
        Service<IReconcileTrigger<V1ConfigMap>>().Enqueue(Key);
        watch.Send(WatchChange.Added, Map("b", "13"));
        await RunsAsync(2);

        Assert.Equal("12", Assert.Single(_script.Told).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Enqueue_FromOutside_RunsNowOrThen()
    {
        _api.List("10", Map("a", "1"));
        await StartAsync();
        await RunsAsync(1);
        var trigger = Service<IReconcileTrigger<V1ConfigMap>>();

        trigger.Enqueue(Key);
        await RunsAsync(2);
        trigger.Enqueue(Key, TimeSpan.FromSeconds(20));
        await AdvanceUntil(() => _script.Reconciled.Count == 3, TimeSpan.FromSeconds(10));

        Assert.True(Elapsed >= TimeSpan.FromSeconds(20), $"{Elapsed}");
    }

    [Fact]
    public async Task Finalizers_NewObject_AreAttachedBeforeTheControllerSeesIt()
    {
        _finalizers = true;
        _api.OnFinalizers = Store;
        var foreign = Map("a", "1");
        foreign.Metadata.Finalizers = ["other.example/theirs"];
        _api.List("10", foreign);
        await StartAsync();
        await RunsAsync(1);

        var seen = Assert.Single(_script.Reconciled);
        Assert.Equal(["other.example/theirs", FirstFinalizer.Id, SecondFinalizer.Id], seen.Metadata.Finalizers);
        Assert.Equal("1+", seen.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Finalizers_ObjectIsGoing_RunInOrderAndEachIsRemovedWhenItSucceeded()
    {
        _finalizers = true;
        var writes = new List<string>();
        _api.OnFinalizers = (map, finalizers) =>
        {
            writes.Add(string.Join(',', finalizers));
            return Store(map, finalizers);
        };
        var failures = 1;
        _script.Finalize = (id, map) => id == SecondFinalizer.Id && failures-- > 0 ? Script.Fail(map) : Script.Ok(map);
        _api.List("10", Going(SecondFinalizer.Id, "other.example/theirs", FirstFinalizer.Id));
        var watch = await StartAsync();
        await Eventually.True(() => _script.Finalized.Count == 2, Cancellation);
        var after = Going(SecondFinalizer.Id, "other.example/theirs");
        after.Metadata.ResourceVersion = "11";
        watch.Send(WatchChange.Modified, after);
        await Eventually.True(() => Service<IResourceCache<V1ConfigMap>>().Get(Key)!.Metadata.ResourceVersion == "11", Cancellation);

        await AdvanceUntil(() => writes.Count == 2);

        Assert.Equal([FirstFinalizer.Id, SecondFinalizer.Id, SecondFinalizer.Id], _script.Finalized);
        Assert.Equal([$"{SecondFinalizer.Id},other.example/theirs", "other.example/theirs"], writes);
        Assert.Empty(_script.Reconciled);
    }

    [Fact]
    public async Task Finalizers_TimeIsUpAfterTheCleanup_AreRemovedAllTheSame()
    {
        _finalizers = true;
        var removed = new TaskCompletionSource();
        _api.OnFinalizers = (map, finalizers) =>
        {
            removed.TrySetResult();
            return Store(map, finalizers);
        };
        _script.Finalize = (_, map) =>
        {
            _time.Advance(_options.ReconcileTimeout);
            return Script.Ok(map);
        };
        _api.List("10", Going(FirstFinalizer.Id));

        await StartAsync();

        await removed.Task.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task Scope_EveryMessageOfAReconcile_NamesTheObject()
    {
        _script.Reconcile = (map, _) =>
        {
            Service<ILoggerFactory>().CreateLogger("controller").Log(LogLevel.Information, 1, "from the controller", null, (text, _) => text);
            return Script.Ok(map);
        };
        _api.List("10", Map("a", "1"));
        await StartAsync();
        await Eventually.True(() => _log.Entries.Any(e => e.Message == "from the controller"), Cancellation);

        var scope = _log.Entries.First(e => e.Message == "from the controller").Scope;
        Assert.Equal(("configmap", "default", "a"), (scope["controller"], scope["namespace"], scope["name"]));
        Assert.NotNull(scope["reconcileId"]);
    }

    [Fact]
    public async Task Standby_FillsItsCachesButDoesNotReconcileUntilElected()
    {
        _options.LeaderElection = Election();
        var other = _lease.Open("other").Lock;
        await other.CreateAsync(
            new k8s.LeaderElection.LeaderElectionRecord { HolderIdentity = "other", LeaseDurationSeconds = 2, AcquireTime = _time.GetUtcNow().UtcDateTime, RenewTime = _time.GetUtcNow().UtcDateTime },
            Cancellation);
        _api.List("10", Map("a", "1"));
        await StartAsync();
        await Eventually.True(() => _log.Entries.Any(e => e.Id == 301), Cancellation);
        Assert.NotNull(Service<IResourceCache<V1ConfigMap>>().Get(Key));
        Assert.Empty(_script.Reconciled);

        await RunsAsync(1);

        Assert.NotEqual("other", _lease.Holder);
    }

    [Fact]
    public async Task Stop_WorkInHand_IsCancelledAndAwaitedBeforeTheLeaseIsGivenUp()
    {
        _options.LeaderElection = Election();
        var holderAtTheEnd = "";
        _script.Reconcile = async (map, token) =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                holderAtTheEnd = _lease.Holder;
            }

            return await Script.Ok(map);
        };
        _api.List("10", Map("a", "1"));
        await StartAsync();
        await RunsAsync(1);

        await _host!.StopAsync(Cancellation);

        Assert.NotEqual("", holderAtTheEnd);
        Assert.Equal("", _lease.Holder);
        Assert.DoesNotContain(_log.Entries, e => e.Level >= LogLevel.Warning);
    }

    private TimeSpan Elapsed => _time.GetUtcNow() - _time.Start;

    private static LeaderElectionOptions Election() => new()
    {
        LeaseDuration = TimeSpan.FromSeconds(3),
        RenewDeadline = TimeSpan.FromSeconds(2),
        RetryPeriod = TimeSpan.FromMilliseconds(100),
    };

    private static V1ConfigMap Going(params string[] finalizers)
    {
        var map = Map("a", "1");
        map.Metadata.DeletionTimestamp = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        map.Metadata.Finalizers = [.. finalizers];
        return map;
    }

    private static V1ConfigMap Store(V1ConfigMap map, IReadOnlyList<string> finalizers)
    {
        map.Metadata.Finalizers = [.. finalizers];
        map.Metadata.ResourceVersion += "+";
        return map;
    }

    private async Task<ScriptedWatch> StartAsync()
    {
        _host = new HostBuilder()
            .ConfigureLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(_log))
            .ConfigureServices(services =>
            {
                services.AddSingleton(_script);
                services.AddSingleton(_registry);
                services.AddSingleton<TimeProvider>(_time);
                services.AddSingleton<IResourceClient>(_api);
                services.AddSingleton<ILeaseLockFactory>(_lease);
                var builder = services.AddOperatorRuntime(_ => { }).AddController<ScriptedController, V1ConfigMap>(c => c.When(_ => true));
                services.Replace(ServiceDescriptor.Singleton(Microsoft.Extensions.Options.Options.Create(_options)));
                if (_finalizers)
                    builder.AddFinalizer<FirstFinalizer, V1ConfigMap>(FirstFinalizer.Id).AddFinalizer<SecondFinalizer, V1ConfigMap>(SecondFinalizer.Id);
            })
            .Build();
        await _host.StartAsync(Cancellation);
        return await _api.WatchAsync();
    }

    private T Service<T>()
        where T : notnull => _host!.Services.GetRequiredService<T>();

    private Task RunsAsync(int count) => Eventually.Passes(() => Assert.Equal(count, _script.Reconciled.Count), Cancellation);

    private async Task MetricAsync(string line)
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, Cancellation);
        Assert.Contains(line + "\n", Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
    }

    private Task AdvanceUntil(Func<bool> condition, TimeSpan? step = null) => Eventually.Passes(
        () =>
        {
            if (condition())
                return;
            _time.Advance(step ?? TimeSpan.FromSeconds(1));
            Assert.Fail("not yet");
        },
        Cancellation);
}
