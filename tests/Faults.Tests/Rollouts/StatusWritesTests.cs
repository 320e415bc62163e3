using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Rollouts;

/// <summary>What is told of a candidate while it gets requests: every write of a status wakes everybody who watches.</summary>
public sealed class StatusWritesTests
{
    private const int Seconds = 20;

    [Fact]
    public async Task OnlyNumbersChange_StatusIsWrittenEveryFiveSeconds()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, Patient);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Patient));
        await world.UntilStepAsync("half");
        var before = (world.Journal.Count, Requests: await RequestsAsync(world));

        for (var second = 0; second < Seconds; second++)
            await world.TurnAsync();

        var writes = world.Journal.Entries.Skip(before.Count).Count(e => e.Call is { Verb: Verb.ApplyStatus, Kind: "rerankpipelines" });
        Assert.InRange(writes, 3, 4);
        Assert.True(await RequestsAsync(world) > before.Requests);
    }

    private static async Task<long> RequestsAsync(FaultWorld world) => (await world.PipelineAsync()).Status!.Analysis!.CandidateRequests;

    private static void Patient(RerankPipelineSpec spec) => spec.Rollout = new()
    {
        Analysis = new() { Metrics = [] },
        Steps = [new() { Name = "half", TrafficPermille = 500, MinRequests = 1_000_000 }],
    };
}
