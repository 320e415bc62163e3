using System.Net;
using k8s.Models;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Rollouts;

/// <summary>A report that can't be stored, as for a quota on ConfigMaps, is in the way of nothing.</summary>
public sealed class ReportTests
{
    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(null)]
    [Trait("Fault", "T83")]
    public async Task ReportsCantBeStored_AWorseCandidateIsRejected_AndTheyAreSeldomTried(HttpStatusCode? refused)
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, Deploy.Steps);
        var tries = 0;
        Fault fault = refused is { } status ? new Fault.Refusal(status) : new Fault.LostRequest();
        world.Plan.On(call => IsReport(call) && ++tries > 0, fault);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        await world.UntilStepAsync("half");
        var before = tries;
        world.Traffic.CandidateErrorPermille = 400;

        for (var turn = 0; turn < 60; turn++)
            await world.TurnAsync();

        Assert.Single((await world.PipelineAsync()).Status!.Rejected!);
        Assert.All(world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
        Assert.InRange(before, 1, 10);
        Assert.InRange(tries, before, before + 6);
    }

    [Fact]
    [Trait("Fault", "T83")]
    public async Task ReportsCantBeStoredForAWhile_TheyAreOnceTheyCan()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, Deploy.Steps);
        world.Plan.On(IsReport, new Fault.Refusal(HttpStatusCode.Forbidden));
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.StaysAtHalf));
        await world.UntilStepAsync("half");
        world.Plan.Clear();

        for (var turn = 0; turn < 400; turn++)
            await world.TurnAsync();

        var report = Assert.Single(await ReportsAsync(world), r => r.Decisions.Count > 1);
        Assert.Contains(report.Decisions, d => d.What == "StepStarted");
    }

    [Fact]
    [Trait("Fault", "T83")]
    public async Task OperatorRestarts_InTheMiddle_TheReportGoesOnFromWhatWasStored()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, Deploy.Steps);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.StaysAtHalf));
        await world.UntilStepAsync("half");
        var before = Assert.Single(await ReportsAsync(world), r => r.Decisions.Count > 1);

        world.RestartOperator();
        for (var turn = 0; turn < 30; turn++)
            await world.TurnAsync();

        var after = Assert.Single(await ReportsAsync(world), r => r.Revision == before.Revision);
        Assert.Equal(before.Decisions, after.Decisions.Take(before.Decisions.Count));
        Assert.True(after.Path.Count > before.Path.Count);
    }

    [Fact]
    [Trait("Fault", "T83")]
    public async Task TheReportOfAnEndCantBeStored_ItIsALittleLater()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, WithoutBake);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: WithoutBake));
        await world.UntilStepAsync("half");
        world.Plan.On(IsReport, new Fault.Refusal(HttpStatusCode.InternalServerError));
        await world.UntilAsync(async () => (await world.ServedModelsAsync())["full"] == "better");
        world.Plan.Clear();

        for (var turn = 0; turn < 60; turn++)
            await world.TurnAsync();

        Assert.Contains(await ReportsAsync(world), r => r.Decisions.Any(d => d.What == "Promoted"));

        static void WithoutBake(Operator.Api.RerankPipelineSpec spec)
        {
            Deploy.Steps(spec);
            spec.Rollout.BakeSeconds = 0;
        }
    }

    [Fact]
    public async Task Reports_AreNotAmongWhatInformersKeep_AndGoWithTheirRevisions()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, OneRevision);
        foreach (var full in (string[])["better", "base", "better", "base"])
        {
            await world.ApplyAsync(Samples.TwoTiers(full: full, change: OneRevision));
            await world.SettleAsync();
        }

        await world.UntilAsync(async () =>
        {
            world.Time.Advance(TimeSpan.FromMinutes(1));
            return (await world.RevisionsAsync()).All(r => r.Role is Operator.Revisions.RevisionRole.Stable or Operator.Revisions.RevisionRole.Retired);
        });
        await world.SettleAsync();

        var reports = (await world.ListAsync<V1ConfigMap>()).Where(m => m.Data.ContainsKey(ReportObject.ReportKey)).ToList();
        Assert.NotEmpty(reports);
        Assert.All(reports, report => Assert.Null(report.GetLabel(Labels.ManagedBy)));
        var names = new PipelineNames(Samples.Pipeline);
        Assert.Subset((await world.RevisionsAsync()).Select(r => names.Report(r.Name)).ToHashSet(), reports.Select(r => r.Name()).ToHashSet());
    }

    private static void OneRevision(Operator.Api.RerankPipelineSpec spec) => spec.RevisionHistoryLimit = 0;

    private static async Task<IReadOnlyList<Operator.Rollouts.RolloutReport>> ReportsAsync(FaultWorld world) =>
        [.. (await world.ListAsync<V1ConfigMap>()).Where(m => m.Data.ContainsKey(ReportObject.ReportKey)).Select(m => ReportObject.Read(m)!.Report)];

    private static bool IsReport(Call call) => call is { Verb: Verb.Apply, Kind: "configmaps" } && call.Name!.EndsWith("-report", StringComparison.Ordinal);
}
