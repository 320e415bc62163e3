using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Unobserved;

/// <summary>Something happens that the operator never sees: only what is there when it looks again counts.</summary>
public sealed class UnseenTests(ControlPlane server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "T22")]
    public async Task CandidatesPodFlapsUnseen_NoWrongStepIsTaken()
    {
        using var world = await AtAsync("shadow", traffic: 0);
        var weights = world.Invariants.Weights;

        world.Stale = kind => kind == "pods";
        var pod = world.Nodes.Pods.First(p => p.Component == "full");
        await world.Nodes.KillAsync(pod.Pod.Name(), Stop);
        for (var turn = 0; turn < 3; turn++)
            await world.TurnAsync();
        Assert.Equal(weights, world.Invariants.Weights);

        world.Stale = _ => false;
        world.Traffic.PerTurn = 400;
        await world.UntilAsync(async () => (await world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name == "better");
        Assert.Equal(["none", "tiny+better 0/500", "tiny+better 500/0", "tiny+better 980/0"], world.Invariants.Weights.Distinct());
    }

    [Fact]
    [Trait("Fault", "T23")]
    public async Task SpecThereAndBack_WhileTheOperatorIsDown_IsNothing()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var (before, counts, weights) = (await world.EndStateAsync(), world.Journal.Counts(), world.Invariants.Weights);

        await world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await world.LiveAsync();
        await world.ApplyAsync(Samples.TwoTiers());
        world.RestartOperator();
        await world.SettleAsync();

        EndState.AssertSame(before, await world.EndStateAsync());
        Assert.Equal(counts.OrderBy(c => c.Key), world.Journal.Counts().OrderBy(c => c.Key));
        Assert.Equal(weights, world.Invariants.Weights);
    }

    [Fact]
    [Trait("Fault", "T24")]
    public async Task SecondCandidate_WhileTheOperatorIsDown_TheFirstLosesItsWeightFirst()
    {
        using var world = await AtAsync("half");

        await world.ApplyAsync(Samples.Model("best"));
        await world.ApplyAsync(Samples.TwoTiers(full: "best", change: Deploy.Steps));
        world.RestartOperator();
        await world.UntilAsync(async () => (await world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name == "best");

        var weights = world.Invariants.Weights.ToList();
        Assert.Equal("none", weights[weights.IndexOf("tiny+better 500/0") + 1]);
        Assert.DoesNotContain("tiny+better", string.Join(' ', weights.SkipWhile(w => !w.StartsWith("tiny+best", StringComparison.Ordinal))));
    }

    [Fact]
    [Trait("Fault", "T25")]
    public async Task DirectiveThereAndGone_WhileTheOperatorIsDown_IsNothing_AndOneThatIsThereHolds()
    {
        using var world = await AtAsync("half", traffic: 0);
        var revision = (await world.PipelineAsync()).Status!.Candidate!.Revision;

        await world.ApplyAsync(Directed(revision, DirectiveAction.Abort));
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        world.RestartOperator();
        await world.SettleAsync();
        Assert.Equal("half", (await world.PipelineAsync()).Status!.Candidate!.Step);

        await world.ApplyAsync(Directed(revision, DirectiveAction.Abort));
        world.RestartOperator();
        await world.SettleAsync();
        Assert.Equal(revision, Assert.Single((await world.PipelineAsync()).Status!.Rejected!).Revision);
        Assert.All(world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
    }

    [Fact]
    [Trait("Fault", "T26")]
    public async Task PodsReplacedBetweenTwoLooks_NewProcessesAreToldBeforeAnythingIsBuiltOnThem()
    {
        using var world = await AtAsync("shadow", traffic: 0);
        world.Nodes.Outcome = m => m.Name == "better" ? new() { Name = m.Name, Digest = m.Digest, State = ModelState.Loading } : null;

        foreach (var pod in world.Nodes.Pods.Where(p => p.Component == "full").ToList())
            await world.Nodes.KillAsync(pod.Pod.Name(), Stop);
        await world.LiveAsync();
        await world.LiveAsync();
        world.Traffic.PerTurn = 400;
        for (var turn = 0; turn < 6; turn++)
            await world.TurnAsync();
        Assert.DoesNotContain("tiny+better 500/0", world.Invariants.Weights);

        world.Nodes.Outcome = _ => null;
        await world.UntilStepAsync("half");
    }

    [Fact]
    [Trait("Fault", "T27")]
    public async Task OnlyPodOfTheStableRevisionLost_AndBack_NothingElseIsChanged()
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, spec => spec.Tiers[1].Model!.Replicas = new() { Min = 1, Max = 1 });
        var (before, stable) = (await world.EndStateAsync(), world.Invariants.StableHistory);

        world.Nodes.Schedules = component => component != "full";
        // Without that pod requests are answered by the lower tier.
        world.Invariants.IsOutage = true;
        await world.Nodes.KillAsync(world.Nodes.Pods.Single(p => p.Component == "full").Pod.Name(), Stop);
        await world.ReconcileAsync();
        await world.Nodes.StepAsync(Stop);
        await world.ReconcileAsync();
        Assert.Equal(Reasons.InsufficientResources, (await world.ConditionAsync("Ready")).Reason);
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Available")).Status);

        world.Nodes.Schedules = _ => true;
        await world.Nodes.KillAsync(world.Nodes.Pods.Single(p => p.Component == "full").Pod.Name(), Stop);
        await world.Nodes.StepAsync(Stop);
        world.Invariants.IsOutage = false;
        await world.SettleAsync();
        EndState.AssertSame(before, await world.EndStateAsync());
        Assert.Equal(stable, world.Invariants.StableHistory);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Fault", "T28")]
    public async Task ModelMadeAnewWithOtherContent_WhileTheOperatorIsDown_HasToEarnItsPlaceLikeAnyOther(bool loads)
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Deploy.Steps);
        var digest = (await world.TableAsync())!.Stable.Tiers[^1].Model!.Digest;
        world.Nodes.Outcome = m => loads || m.Contract.MaxInputTokens != 256 ? null : Samples.Failed(m, ModelFailure.DigestMismatch, "another file");

        await world.DeleteAsync<ModelVersion>("base");
        await world.ApplyAsync(Samples.Model("base", spec => spec.Contract.MaxInputTokens = 256));
        world.RestartOperator();
        for (var turn = 0; turn < 4; turn++)
        {
            await world.TurnAsync();
            Assert.All(world.Nodes.ReadyRouters, r => Assert.Equal(digest, r.Table!.Stable.Tiers[^1].Model!.Digest));
        }

        if (loads)
        {
            await world.UntilAsync(async () => (await world.TableAsync())!.Stable.Tiers[^1].Model!.Digest != digest);
            Assert.Equal(4, world.Invariants.Weights.Distinct().Count());
        }
        else
        {
            Assert.Equal((ConditionStatus.False, Reasons.ModelFailed), ((await world.ConditionAsync("Ready")).Status, (await world.ConditionAsync("Ready")).Reason));
            Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Available")).Status);
        }
    }

    [Fact]
    [Trait("Fault", "T30")]
    public async Task RouterRestartsBetweenTwoWeights_NoStepUntilItFollowsAgain()
    {
        using var world = await AtAsync("half");
        var router = world.Nodes.Pods.First(p => p.Router is not null).Pod.Name();

        await world.Nodes.KillAsync(router, Stop);
        await world.Nodes.StepAsync(Stop);
        await world.Nodes.StepAsync(Stop);
        // From its mounted table, which may be old: nothing for the candidate.
        Assert.Contains(world.Nodes.ReadyRouters, r => r is { Confirmed: false, Table.Candidate: not null });
        world.Plan.On(call => call.Verb == Verb.Push, new Fault.LostRequest());
        for (var turn = 0; turn < 6; turn++)
            await world.TurnAsync();
        Assert.Equal("half", (await world.PipelineAsync()).Status!.Candidate!.Step);
        Assert.Equal(ConditionStatus.False, (await world.ConditionAsync("TrafficConverged")).Status);

        world.Plan.Clear();
        await world.UntilAsync(async () => (await world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name == "better");
    }

    private async Task<FaultWorld> AtAsync(string step, int traffic = 400)
    {
        var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, Deploy.Steps);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        if (step == "shadow")
            world.Traffic.PerTurn = traffic;
        await world.UntilStepAsync(step);
        world.Traffic.PerTurn = traffic;
        return world;
    }

    private static RerankPipeline Directed(string revision, DirectiveAction action) => Samples.TwoTiers(full: "better", change: spec =>
    {
        Deploy.Steps(spec);
        spec.Rollout.Directives = [new() { Revision = revision, Action = action }];
    });
}
