using System.Net;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Rollouts;

/// <summary>Nothing can be said of the candidate: it holds, and is neither promoted nor rolled back.</summary>
public sealed class HoldTests(ControlPlane server)
{
    public static TheoryData<string, string> Answers => new()
    {
        { "no connection", "" },
        { "an error", "500 boom" },
        { "no number", Sample("NaN") },
        { "infinity", Sample("+Inf") },
        { "nothing", """200 {"status":"success","data":{"resultType":"vector","result":[]}}""" },
        { "two series", """200 {"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]},{"metric":{},"value":[1,"1"]}]}}""" },
        { "another type", """200 {"status":"success","data":{"resultType":"matrix","result":[]}}""" },
        { "no JSON", "200 <html>" },
        { "less than nothing", Sample("-5") },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    [Trait("Fault", "T55")]
    public async Task MetricSourceAnswersNothingOfUse_StepHolds_ThenWhatTheSpecSays(string what, string answer)
    {
        // What a metric source says is nothing to the API server: one of them on a real one.
        using var world = await FaultWorld.OnAsync(server, isReal: answer.Length == 0);
        if (answer.Length > 0)
            world.Network.Elsewhere["prometheus:9090"] = _ => new((HttpStatusCode)int.Parse(answer[..3])) { Content = new StringContent(answer[4..]) };
        await Deploy.DoneAsync(world, Measured);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Measured));
        await world.UntilStepAsync("half");

        for (var turn = 0; turn < 10; turn++)
            await world.TurnAsync();
        var status = (await world.PipelineAsync()).Status!;
        Assert.True(status.Candidate is { Step: "half", TrafficPermille: 500 }, what);
        Assert.Equal(Verdict.Undecided, status.Analysis!.Verdict);
        Assert.Null(status.Rejected);

        // Its deadline passes: by default it goes on holding, and says that it needs help.
        world.Time.Advance(TimeSpan.FromSeconds(1900));
        for (var turn = 0; turn < 4; turn++)
            await world.TurnAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Stalled")).Status);
        Assert.Equal("half", (await world.PipelineAsync()).Status!.Candidate!.Step);
        Assert.Single(world.Invariants.StableHistory);
    }

    [Theory]
    [InlineData("Pause")]
    [InlineData("Rollback")]
    [Trait("Fault", "T56")]
    public async Task NoTraffic_StepHolds_ThenWhatTheSpecSays_AndIsNeverPromoted(string action)
    {
        using var world = await FaultWorld.OnServerAsync(server);
        world.Traffic.PerTurn = 0;
        await Deploy.DoneAsync(world, Starved);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Starved));
        await world.UntilStepAsync("half");
        world.Invariants.MayRise = false;

        for (var turn = 0; turn < 10; turn++)
            await world.TurnAsync();
        Assert.Equal("half", (await world.PipelineAsync()).Status!.Candidate!.Step);

        world.Time.Advance(TimeSpan.FromSeconds(101));
        for (var turn = 0; turn < 6; turn++)
            await world.TurnAsync();
        var status = (await world.PipelineAsync()).Status!;
        if (action == "Pause")
            Assert.Equal(("half", ConditionStatus.True), (status.Candidate!.Step, (await world.ConditionAsync("Stalled")).Status));
        else
            Assert.Equal("NoData", Assert.Single(status.Rejected!).Reason);
        Assert.Single(world.Invariants.StableHistory);

        void Starved(RerankPipelineSpec spec)
        {
            Deploy.Steps(spec);
            spec.Rollout.Steps = [new() { Name = "half", TrafficPermille = 500, MinRequests = 100 }];
            spec.Rollout.Analysis.NoData = new() { DeadlineSeconds = 100, OnDeadline = Enum.Parse<DeadlineAction>(action) };
        }
    }

    private static void Measured(RerankPipelineSpec spec)
    {
        Deploy.Steps(spec);
        spec.Rollout.Steps = [new() { Name = "half", TrafficPermille = 500 }];
        spec.Rollout.Analysis.Metrics =
        [
            new()
            {
                Name = "orders",
                Type = MetricType.Prometheus,
                MaxDeltaPermille = 10,
                Prometheus = new() { ServerURL = "http://prometheus:9090", SuccessQuery = "good", TotalQuery = "all" },
            },
        ];
    }

    private static string Sample(string value) =>
        $$$"""200 {"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"{{{value}}}"]}]}}""";
}
