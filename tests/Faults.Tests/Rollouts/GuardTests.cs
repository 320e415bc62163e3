using k8s.Models;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Tests.World;
using Rerank.TestKit;

namespace Rerank.Faults.Tests.Rollouts;

/// <summary>Traffic is taken away from what does harm, whatever else doesn't work.</summary>
public sealed class GuardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "T80")]
    public async Task ServerAway_ARouterTrips_AllAreAtZeroAtOnce_AndItIsStoredOnceAfterwards()
    {
        using var world = await AtHalfAsync();
        world.Plan.On(call => call.IsToApiServer, new Fault.LostRequest());
        await world.TurnAsync();

        Trip(world.Nodes.ReadyRouters.First(), world);
        await world.TurnAsync();

        await StaysAtZeroAndIsStoredOnceAsync(world);
    }

    [Fact]
    [Trait("Fault", "T80")]
    public async Task ServerAway_TheCandidateGetsWorse_AllAreAtZeroInFiveSeconds_AndItIsStoredOnceAfterwards()
    {
        using var world = await AtHalfAsync();
        world.Plan.On(call => call.IsToApiServer, new Fault.LostRequest());
        world.Traffic.CandidateErrorPermille = 400;

        for (var turn = 0; turn < 5; turn++)
            await world.TurnAsync();

        await StaysAtZeroAndIsStoredOnceAsync(world);
    }

    [Fact]
    [Trait("Fault", "T80")]
    public async Task SecretsHang_ARouterTrips_TheReconcileGoesOnWithTheTokenItKnows()
    {
        using var world = await AtHalfAsync();
        world.Plan.On(call => call is { Verb: Verb.Get, Kind: "secrets" }, new Fault.LostRequest());
        Trip(world.Nodes.ReadyRouters.First(), world);

        await world.TurnAsync();

        Assert.Single((await world.PipelineAsync()).Status!.Rejected!);
        Assert.All(world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
    }

    [Fact]
    [Trait("Fault", "T81")]
    public async Task OneLookInTenIsMissed_NothingIsWrittenAndNothingTold()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world);
        var (before, isMissed) = (world.Journal.Count, false);
        world.Plan.On(call => isMissed && call.Verb == Verb.Ask, new Fault.LostRequest());

        for (var turn = 0; turn < 40; turn++)
        {
            isMissed = turn % 10 == 5;
            await world.TurnAsync();
        }

        Assert.Empty(world.Journal.Entries.Skip(before));
    }

    [Fact]
    [Trait("Fault", "T81")]
    public async Task NobodyAnswersForLong_ThatIsTold_AndTheCacheIsBehind_ToldOnce()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world);
        world.Stale = kind => kind == "rerankpipelines";
        var before = world.Journal.Count;
        world.Plan.On(call => call.Verb == Verb.Ask, new Fault.LostRequest());
        for (var turn = 0; turn < 30; turn++)
            await world.TurnAsync();

        Assert.Equal(ConditionStatus.False, (await world.ConditionAsync("Available")).Status);
        Assert.Single(await EventsAsync(world, "NotAvailable"));
        Assert.Single(world.Journal.Entries.Skip(before), e => e.Call is { Verb: Verb.ApplyStatus, Kind: "rerankpipelines" });

        world.Plan.Clear();
        world.Stale = _ => false;
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Available")).Status);
    }

    [Fact]
    [Trait("Fault", "T82")]
    public async Task ManyPipelinesHang_OneTrips_ItsRoutersAreAtZeroAtOnceAndItComesFirst()
    {
        const int Others = 200;
        using var world = await AtHalfAsync();
        await using var running = await world.RunAsync();
        for (var i = 0; i < Others; i++)
            await world.ApplyAsync(Samples.Of(new() { Tiers = [Samples.Sidecar("only", "tiny")] }, $"other-{i}"));
        // Their pods are there, and wait for what nobody tells them.
        await world.LiveUntilAsync(() =>
        {
            Assert.True(world.Nodes.Pods.Count(p => p.Deployment.StartsWith("other-", StringComparison.Ordinal)) >= Others);
            return Task.CompletedTask;
        });
        var ours = world.Nodes.Pods.Where(p => p.Deployment.StartsWith(Samples.Pipeline, StringComparison.Ordinal)).ToList();
        world.Network.Hangs = request => ours.TrueForAll(p => p.Ip != request.RequestUri!.Host);
        await world.LiveUntilAsync(() =>
        {
            Assert.True(world.Network.Waiting >= 16, $"{world.Network.Waiting} wait");
            return Task.CompletedTask;
        });

        Trip(ours.First(p => p.Router is not null).Router!, world);

        // Time stands still.
        await Eventually.Passes(() => Assert.All(ours.Select(p => p.Router).OfType<FakeRouter>(), r => Assert.Equal(0, Given(r))), Stop);
        await world.LiveUntilAsync(async () => Assert.Single((await world.PipelineAsync()).Status!.Rejected!));
    }

    private static async Task StaysAtZeroAndIsStoredOnceAsync(FaultWorld world)
    {
        for (var turn = 0; turn < 10; turn++)
        {
            Assert.All(world.Nodes.ReadyRouters, r => Assert.Equal(0, Given(r)));
            await world.TurnAsync();
        }

        Assert.Null((await world.PipelineAsync()).Status!.Rejected);
        world.Traffic.CandidateErrorPermille = 0;
        var counted = world.Nodes.ReadyRouters.Sum(r => r.Seen!.Candidate.Requests);
        world.Plan.Clear();
        await world.SettleAsync();

        var rejected = Assert.Single((await world.PipelineAsync()).Status!.Rejected!);
        Assert.All(world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
        Assert.Single(await EventsAsync(world, "RevisionRejected"));
        var report = ReportObject.Read((await world.GetAsync<V1ConfigMap>(new PipelineNames(Samples.Pipeline).Report(rejected.Revision)))!)!.Report;
        Assert.Equal(counted, report.Path[^1].CandidateRequests);
        Assert.Single(report.Decisions, d => d.What == "Rejected");
    }

    private static async Task<FaultWorld> AtHalfAsync()
    {
        var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, Deploy.StaysAtHalf);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.StaysAtHalf));
        await world.UntilStepAsync("half");
        return world;
    }

    private static void Trip(FakeRouter router, FaultWorld world) =>
        router.Seen = router.Seen! with { Trip = new("errors", "20 of 25 requests in 10 s failed", world.Time.GetUtcNow()) };

    // A router that tripped gives nothing, whatever its table says.
    private static int Given(FakeRouter router) => router.Seen?.Trip is null ? router.Table!.Candidate?.TrafficPermille ?? 0 : 0;

    private static async Task<IReadOnlyList<Eventsv1Event>> EventsAsync(FaultWorld world, string reason) =>
        [.. (await world.ListAsync<Eventsv1Event>()).Where(e => e.Reason == reason)];
}
