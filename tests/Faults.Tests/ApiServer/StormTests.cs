using System.Net;
using k8s;
using k8s.Models;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.ApiServer;

/// <summary>The API server refuses for a while.</summary>
public sealed class StormTests(ControlPlane server)
{
    private static readonly Scenario Create = new(_ => Task.CompletedTask, world => Deploy.ApplyAsync(world));

    [Fact]
    [Trait("Fault", "T50")]
    public async Task AnotherWriterBeforeEveryWrite_ProgressIsMadeAndThenItIsQuiet()
    {
        using var calm = await FaultWorld.OnServerAsync(server);
        var expected = await Outcome.OfAsync(Create, calm);
        using var world = await FaultWorld.OnServerAsync(server);
        var bumps = 0;

        await Create.Change(world);
        world.Plan.On(call => call.IsWrite && call.IsToApiServer, new Fault.Meanwhile(BumpAsync));
        for (var turn = 0; turn < 20; turn++)
            await world.TurnAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
        Assert.True(bumps > 20);

        world.Plan.Clear();
        await world.SettleAsync();
        Assert.Equal(expected.Stable, world.Invariants.StableHistory);
        await world.AssertQuietAsync(TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(10));

        async Task BumpAsync()
        {
            bumps++;
            await world.ApplyAsync(Counted(Samples.TwoTiers(), bumps));
            // Models too, but not always.
            if (bumps % 3 == 0)
                await world.ApplyAsync(Counted(Samples.Model("tiny"), bumps));
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [Trait("Fault", "T50")]
    [Trait("Fault", "T51")]
    public async Task EveryOtherRequestRefused_EndsTheSame(HttpStatusCode status)
    {
        using var calm = await FaultWorld.OnServerAsync(server);
        var expected = await Outcome.OfAsync(Create, calm);
        using var world = await FaultWorld.OnServerAsync(server);
        var (calls, refused) = (0, 0);

        await Create.Change(world);
        world.Plan.On(
            call => call.IsToApiServer && (status != HttpStatusCode.Conflict || call.IsWrite) && Interlocked.Increment(ref calls) % 7 is 0 or 3,
            _ =>
            {
                refused++;
                return new Fault.Refusal(status, TimeSpan.FromSeconds(1));
            });
        for (var turn = 0; turn < 30; turn++)
            await world.TurnAsync();
        world.Plan.Clear();
        await world.SettleAsync();

        EndState.AssertSame(expected.State, await world.EndStateAsync());
        Assert.Equal(expected.Stable, world.Invariants.StableHistory);
        Assert.True(refused > 5);
    }

    [Fact]
    [Trait("Fault", "T51")]
    public async Task TooManyRequests_TheServersWaitIsHeeded()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.ApplyAsync(world);
        world.Plan.On(call => call is { Verb: Verb.Apply, Kind: "deployments" }, new Fault.Refusal(HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(17)), times: 1);

        await world.TurnAsync();

        var refused = Assert.Single(world.Outcomes, o => o.Kind != OutcomeKind.Success);
        Assert.Equal(TimeSpan.FromSeconds(17), refused.RequeueAfter);
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    [Trait("Fault", "T51")]
    public async Task ServerDownForTenMinutes_RoutersServeOn_AndNothingIsResetAfterwards()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var (before, writes) = (await world.EndStateAsync(), world.Journal.Count);
        var tables = Tables(world);

        world.Plan.On(call => call.IsToApiServer, new Fault.LostRequest());
        for (var minute = 0; minute < 10; minute++)
        {
            await world.ReconcileAsync();
            if (minute == 5)
                world.RestartOperator();
            world.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(tables, Tables(world));
        }

        world.Plan.Clear();
        await world.SettleAsync();
        EndState.AssertSame(before, await world.EndStateAsync());
        Assert.Equal(tables, Tables(world));
        Assert.DoesNotContain(world.Journal.Entries.Skip(writes), e => e.Effect is Effect.Created or Effect.Deleted);
        Assert.Single(world.Invariants.StableHistory);
    }

    private static List<long> Tables(FaultWorld world) => [.. world.Nodes.ReadyRouters.Select(r => r.Table!.Generation)];

    private static T Counted<T>(T entity, int count)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        entity.Metadata.Annotations = new Dictionary<string, string> { ["example.com/count"] = $"{count}" };
        return entity;
    }
}
