using System.Collections.Concurrent;
using Rerank.Contracts.Evidence;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Queue;
using Rerank.Operator.Tests.World;
using Rerank.TestKit;

namespace Rerank.Operator.Tests.Pipelines.Watch;

public sealed class GuardTests
{
    private static readonly ObjectKey Search = new(Samples.Namespace, Samples.Pipeline);

    private readonly TestWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private FakeRouter[] Routers => [.. _world.Nodes.ReadyRouters];

    private int[] Weights => [.. Routers.Select(r => r.Table!.Candidate?.TrafficPermille ?? 0)];

    [Fact]
    public async Task Look_OneRouterTripped_AllOthersAreAtZeroAndTheReconcileComesFirst()
    {
        await AtHalfAsync();
        Trip(Routers[0]);

        await _world.Guard.LookAsync(Stop);

        Assert.Equal([0, 0], Routers.Select(Given));
        Assert.Equal([Search], _world.Triggers.Urgent);
        Assert.Equal(WorkPriority.Urgent, _world.Priorities.Of(Search));
    }

    [Fact]
    public async Task Look_HeldBefore_NobodyIsToldAgainAndNothingIsTriggered()
    {
        await AtHalfAsync();
        Trip(Routers[0]);
        await _world.Guard.LookAsync(Stop);
        var told = Routers.Select(r => r.Table!.Generation).ToList();

        await _world.Guard.LookAsync(Stop);

        Assert.Equal(told, Routers.Select(r => r.Table!.Generation));
        Assert.Equal([Search], _world.Triggers.Urgent);
    }

    [Fact]
    public async Task Look_HeldAndReconciled_ItIsRejectedForWhatTheGuardSaw()
    {
        await AtHalfAsync();
        Trip(Routers[0]);
        await _world.Guard.LookAsync(Stop);
        // Whoever tripped is gone before the reconcile can ask it.
        Routers[0].Seen = Routers[0].Seen! with { Trip = null };
        _world.Time.Advance(TimeSpan.FromSeconds(5));

        await _world.ReconcileAsync();

        Assert.Single((await _world.PipelineAsync()).Status!.Rejected!);
        Assert.All(Routers, r => Assert.Null(r.Table!.Candidate));
    }

    [Fact]
    public async Task Look_AbortIsInTheCacheOnly_TakesTheTraffic()
    {
        var candidate = await AtHalfAsync();
        await ChangeAsync(spec =>
        {
            Steps(spec);
            spec.Rollout.Directives = [new() { Revision = candidate, Action = DirectiveAction.Abort }];
        });

        await _world.Guard.LookAsync(Stop);

        Assert.Equal([0, 0], Weights);
    }

    [Fact]
    public async Task Look_NothingIsWrong_LeavesAllAsItIs()
    {
        await AtHalfAsync();

        await _world.Guard.LookAsync(Stop);

        Assert.Equal([500, 500], Weights);
        Assert.Empty(_world.Triggers.Urgent);
        Assert.Equal(WorkPriority.High, _world.Priorities.Of(Search));
    }

    [Fact]
    public async Task Look_AnotherTryTripped_IsNotAboutThisOne()
    {
        await AtHalfAsync();
        var router = Routers[0];
        router.Seen = router.Seen! with { Attempt = 7, Trip = Trip() };

        await _world.Guard.LookAsync(Stop);

        Assert.Empty(_world.Triggers.Urgent);
    }

    [Fact]
    public async Task Look_RouterDown_TheOthersAreTold_AndItIsWhenItIsBack()
    {
        await AtHalfAsync();
        Trip(Routers[0]);
        var down = _world.Nodes.Pods.Last(p => p.Router is not null);
        _world.Network.Elsewhere[$"{down.Ip}:9090"] = _ => throw new HttpRequestException("connection refused");
        await _world.Guard.LookAsync(Stop);
        Assert.Equal(500, Given(down.Router!));

        _world.Network.Elsewhere.Clear();
        await _world.Guard.LookAsync(Stop);

        Assert.Equal([0, 0], Routers.Select(Given));
    }

    [Fact]
    public async Task Look_LeaseExpiredAndNobodyElseLeads_TakesTheTrafficAllTheSame()
    {
        await AtHalfAsync();
        ExpireLease();
        Trip(Routers[0]);

        await _world.Guard.LookAsync(Stop);
        await _world.Guard.LookAsync(Stop);

        Assert.Equal([0, 0], Routers.Select(Given));
    }

    [Fact]
    public async Task Look_LeaseExpiredAndARouterHasAnothersTable_LeavesTheDecisionToWhoLeads()
    {
        await AtHalfAsync();
        Trip(Routers[0]);
        var table = Routers[1].Table!;
        Routers[1].Table = table with { Generation = table.Generation + 1 };
        ExpireLease();

        await _world.Guard.LookAsync(Stop);

        Assert.Equal(500, Given(Routers[1]));
        Assert.Equal(table.Generation + 1, Routers[1].Table!.Generation);

        // Whoever has the lease has seen all tables there are.
        _world.Lease.Renewed(_world.Time.GetTimestamp());
        await _world.Guard.LookAsync(Stop);
        Assert.Equal([0, 0], Routers.Select(Given));
    }

    [Fact]
    public async Task Look_Forgotten_AsksNobody()
    {
        await AtHalfAsync();
        Trip(Routers[0]);
        _world.Guard.Forget(Search);
        var asked = Record();

        await _world.Guard.LookAsync(Stop);

        Assert.Empty(asked);
        Assert.Equal(500, Weights[1]);
    }

    [Fact]
    public async Task Look_TokenChanged_HasThePipelineReconciled()
    {
        await AtHalfAsync();
        _world.Network.Token = "other";

        await _world.Guard.LookAsync(Stop);

        Assert.Equal(Search, Assert.Single(_world.Triggers.Keys.Distinct()));
    }

    [Fact]
    public async Task Reconcile_StatusIsFresh_AsksNoRouterAgain()
    {
        await AtHalfAsync();
        await _world.Guard.LookAsync(Stop);
        var asked = Record();

        await _world.ReconcileAsync();

        var routers = _world.Nodes.Pods.Where(p => p.Router is not null).Select(p => $"{p.Ip}:9090");
        Assert.DoesNotContain(asked, a => routers.Contains(a));
        Assert.NotEmpty(asked);
    }

    [Fact]
    public async Task Running_ARouterTrips_AllAreAtZero()
    {
        await AtHalfAsync();
        await _world.Guard.StartAsync(Stop);
        await UntilAsync(() => Assert.Equal([500, 500], Weights));

        Trip(Routers[0]);

        await UntilAsync(() =>
        {
            Assert.Equal([0, 0], Routers.Select(Given));
            Assert.Equal([Search], _world.Triggers.Urgent);
        });
        await _world.Guard.StopAsync(Stop);
    }

    [Fact]
    public async Task Running_NoNews_OnePollASecondForEachRouterAndNeverTwoAtOnce()
    {
        await AtHalfAsync();
        var (atOnce, most, asked) = (new ConcurrentDictionary<string, int>(), 0, 0);
        _world.Network.Began = authority =>
        {
            Interlocked.Increment(ref asked);
            most = Math.Max(most, atOnce.AddOrUpdate(authority, 1, (_, n) => n + 1));
        };
        _world.Network.Ended = authority => atOnce.AddOrUpdate(authority, 0, (_, n) => n - 1);
        await _world.Guard.StartAsync(Stop);
        await Eventually.True(() => asked >= 2, Stop);

        for (var tenth = 0; tenth < 50; tenth++)
        {
            _world.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Eventually.True(() => atOnce.Values.Sum() <= 2, Stop);
        }

        await _world.Guard.StopAsync(Stop);
        Assert.Equal(1, most);
        // Five seconds, two routers, one that asks for what it doesn't know yet.
        Assert.InRange(asked, 2, 14);
    }

    [Fact]
    public async Task Running_RoutersAnswerErrorsAtOnce_AreAskedFourTimesASecondAtMost()
    {
        await AtHalfAsync();
        _world.Network.Token = "other";
        var asked = 0;
        _world.Network.Began = _ => Interlocked.Increment(ref asked);
        await _world.Guard.StartAsync(Stop);
        await Eventually.True(() => asked >= 2, Stop);

        for (var tenth = 0; tenth < 100; tenth++)
            _world.Time.Advance(TimeSpan.FromMilliseconds(100));
        await _world.Guard.StopAsync(Stop);

        Assert.InRange(asked, 2, 2 * 4 * 10);
    }

    [Fact]
    public async Task Running_OneRouterHangs_TheOthersAreGuarded()
    {
        await AtHalfAsync();
        var hanging = _world.Nodes.Pods.Last(p => p.Router is not null);
        _world.Network.Hangs = request => request.RequestUri!.Host == hanging.Ip;
        await _world.Guard.StartAsync(Stop);
        var tripped = _world.Nodes.Pods.First(p => p.Router is not null);

        Trip(tripped.Router!);

        await UntilAsync(() => Assert.Equal([Search], _world.Triggers.Urgent));
        _world.Network.Hangs = _ => false;
        await UntilAsync(() => Assert.Equal([0, 0], Routers.Select(Given)));
        await _world.Guard.StopAsync(Stop);
    }

    [Fact]
    public async Task ToString_OfATrial_HasNoToken()
    {
        await AtHalfAsync();

        Assert.DoesNotContain("token", _world.Guarded!.Trial.ToString());
    }

    private void ExpireLease()
    {
        _world.Lease.Renewed(_world.Time.GetTimestamp());
        _world.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.False(_world.Lease.IsHeld);
    }

    private static Trip Trip() => new("errors", "20 of 25 requests in 10 s failed", DateTimeOffset.UnixEpoch);

    private static void Trip(FakeRouter router) => router.Seen = router.Seen! with { Trip = Trip() };

    // A router that tripped gives nothing, whatever its table says.
    private static int Given(FakeRouter router) => router.Seen?.Trip is null ? router.Table!.Candidate?.TrafficPermille ?? 0 : 0;

    private ConcurrentQueue<string> Record()
    {
        var asked = new ConcurrentQueue<string>();
        _world.Network.Began = asked.Enqueue;
        return asked;
    }

    private Task UntilAsync(Action assertions) => Eventually.Passes(
        () =>
        {
            _world.Time.Advance(TimeSpan.FromMilliseconds(100));
            assertions();
        },
        Stop);

    /// <returns>The candidate's revision.</returns>
    private async Task<string> AtHalfAsync()
    {
        foreach (var model in new[] { "tiny", "base", "better" })
            await _world.ApplyAsync(Samples.Model(model));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.SettleAsync();
        await ChangeAsync(Steps);
        for (var turn = 0; turn < 40; turn++)
        {
            await _world.TurnAsync();
            if ((await _world.PipelineAsync()).Status?.Candidate is { Step: "half", StepStartTime: not null } candidate)
                return candidate.Revision;
        }

        throw new InvalidOperationException("the step was never reached");
    }

    private Task ChangeAsync(Action<RerankPipelineSpec> change) => _world.ApplyAsync(Samples.TwoTiers(full: "better", change: change));

    private static void Steps(RerankPipelineSpec spec) => spec.Rollout = new()
    {
        Steps = [new() { Name = "half", TrafficPermille = 500, Approval = Approval.Required }],
        BakeSeconds = 3600,
        Analysis = new() { Metrics = [] },
    };
}
