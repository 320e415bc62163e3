using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;

namespace Rerank.Faults.Tests.Intermediate;

/// <summary>A pipeline is created while things go wrong.</summary>
public sealed class FirstDeploymentTests(ControlPlane server)
{
    private static readonly Scenario Create = new(_ => Task.CompletedTask, world => Deploy.ApplyAsync(world));

    [Fact]
    [Trait("Fault", "T1")]
    public async Task Create_CrashAfterEveryWrite_EndsTheSame() =>
        Assert.True(await EveryWrite.EndsTheSameAsync(server, Create, new Fault.Crash()) > 15);

    [Fact]
    [Trait("Fault", "T10")]
    public async Task Create_AnswerOfEveryWriteLost_EndsTheSame() =>
        Assert.True(await EveryWrite.EndsTheSameAsync(server, Create, new Fault.LostAnswer()) > 15);

    [Fact]
    [Trait("Fault", "T9")]
    public async Task Create_CrashLoop_ConvergesAfterwardsAndIsQuiet()
    {
        using var calm = await FaultWorld.OnServerAsync(server);
        var expected = await Outcome.OfAsync(Create, calm);
        using var world = await FaultWorld.OnServerAsync(server);

        await Create.Change(world);
        // A hundred lives of one to three writes each.
        for (var life = 0; life < 100; life++)
        {
            world.Plan.CrashAfterWrite((life % 3) + 1);
            await world.TurnAsync();
            world.Plan.Clear();
            world.RestartOperator();
        }

        await world.SettleAsync();
        EndState.AssertSame(expected.State, await world.EndStateAsync());
        await world.AssertQuietAsync(TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));
    }
}
