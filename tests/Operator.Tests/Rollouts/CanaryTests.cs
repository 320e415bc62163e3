using k8s.Models;
using Rerank.Contracts.Evidence;
using Rerank.Operator.Api;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Rollouts;

/// <summary>Rollouts from the change of a spec to their end, in a cluster in memory.</summary>
public sealed class CanaryTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public async Task GoodCandidate_EarnsItsTrafficStepByStep_AndIsPromoted()
    {
        var before = await DeployAsync();
        var pods = _world.PodNames();
        await ChangeAsync("better", Steps);
        var weights = new List<int>();

        for (var turn = 0; turn < 40; turn++)
        {
            await _world.TurnAsync();
            await ServeAsync();
            weights.AddRange(_world.Nodes.ReadyRouters.Select(r => r.Table!.Candidate?.TrafficPermille ?? -1).Distinct());
        }

        Assert.Equal([-1, 0, 100, 500, 980], weights.Distinct());
        var stable = (await _world.StableAsync())!;
        Assert.NotEqual(before, stable.Name);
        Assert.Equal(RevisionVerdictKind.Promoted, stable.Verdict!.Verdict);
        Assert.Equal(pods, _world.PodNames());
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task Step_StatusAndColumnsSayWhereItIs()
    {
        await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        await _world.TurnAsync();

        var status = (await _world.PipelineAsync()).Status!;
        Assert.Equal(("half", 500), (status.Candidate!.Step, status.Candidate.TrafficPermille));
        Assert.Equal(500, status.Stable!.TrafficPermille);
        Assert.Equal((ConditionStatus.False, Reasons.AwaitingApproval), Of(await _world.ConditionAsync("Ready")));
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("CandidateHealthy")).Status);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("TrafficConverged")).Status);
        var report = (await _world.ListAsync<V1ConfigMap>()).Single(m => m.Name() == status.Analysis!.ReportRef!.Name);
        Assert.Equal((1, 1), (report.Data.Count, report.BinaryData.Count));
    }

    [Fact]
    public async Task RouterTrips_EveryRouterIsAtZeroInTheNextReconcile()
    {
        var before = await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        var candidate = (await _world.PipelineAsync()).Status!.Candidate!.Revision;

        var router = _world.Nodes.ReadyRouters.First();
        router.Seen = router.Seen! with { Trip = new("errors", "30 of 40 requests in 10 s failed", _world.Time.GetUtcNow()) };
        await _world.ReconcileAsync();

        Assert.All(_world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
        Assert.Equal(before, (await _world.StableAsync())!.Name);
        var rejected = Assert.Single((await _world.PipelineAsync()).Status!.Rejected!);
        Assert.Equal((candidate, RolloutReasons.HardLimitExceeded), (rejected.Revision, rejected.Reason));

        // Remembered: whatever restarts, it is not tried again; its model goes once nobody uses it.
        _world.RestartOperator();
        await _world.SettleAsync(20);
        Assert.All(_world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
        Assert.Equal(["base"], _world.HeldBy("full"));
        Assert.Equal((ConditionStatus.False, Reasons.RolledBack), Of(await _world.ConditionAsync("Ready")));
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);
    }

    [Theory]
    [InlineData(typeof(V1ConfigMap))]
    [InlineData(typeof(V1ControllerRevision))]
    [InlineData(typeof(V1Deployment))]
    public async Task RouterTrips_TheOperatorMayNotWrite_EveryRouterIsAtZeroAllTheSame(Type kind)
    {
        var before = await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        _world.Crash.Forbidden.Add(kind);
        // Deployments are written only by an operator that doesn't know what it wrote.
        _world.RestartOperator();

        var router = _world.Nodes.ReadyRouters.First();
        router.Seen = router.Seen! with { Trip = new("errors", "30 of 40 requests in 10 s failed", _world.Time.GetUtcNow()) };
        for (var turn = 0; turn < 5; turn++)
        {
            await _world.ReconcileAsync();
            // The one that tripped gives it nothing by itself.
            Assert.All(_world.Nodes.ReadyRouters.Where(r => r.Seen?.Trip is null), r => Assert.Equal(0, r.Table!.Candidate?.TrafficPermille ?? 0));
        }

        Assert.Equal((ConditionStatus.False, Reasons.Forbidden), Of(await _world.ConditionAsync("Ready")));
        _world.Crash.Forbidden.Clear();
        await _world.SettleAsync(20);
        Assert.All(_world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
        Assert.Equal(before, (await _world.StableAsync())!.Name);
        Assert.Equal(RolloutReasons.HardLimitExceeded, Assert.Single((await _world.PipelineAsync()).Status!.Rejected!).Reason);
    }

    [Fact]
    public async Task StatusWiped_InAStep_GoesOnAtTheSameWeight()
    {
        var before = await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        var pipeline = await _world.PipelineAsync();
        pipeline.Status = new();
        pipeline.Metadata.ResourceVersion = null;
        await _world.Api.ApplyStatusAsync(pipeline, TestContext.Current.CancellationToken);

        _world.RestartOperator();
        await _world.SettleAsync();

        Assert.Equal(before, (await _world.StableAsync())!.Name);
        Assert.All(_world.Nodes.ReadyRouters, r => Assert.Equal(500, r.Table!.Candidate!.TrafficPermille));
        Assert.Equal("half", (await _world.PipelineAsync()).Status!.Candidate!.Step);
    }

    [Fact]
    public async Task NewSpec_InAStep_TheFirstCandidateLeavesBeforeTheNextIsUsed()
    {
        await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        await _world.ApplyAsync(Samples.Model("best"));

        await ChangeAsync("best", Steps);
        await _world.ReconcileAsync();

        Assert.All(_world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
        Assert.Equal(["base", "best", "better"], _world.HeldBy("full"));
        await UntilStepAsync("half");
        await _world.SettleAsync(12);
        Assert.Equal(["base", "best"], _world.HeldBy("full"));
    }

    [Fact]
    public async Task RouterStartsFromItsMountedTable_CandidateGetsNothingUntilItIsConfirmed()
    {
        await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        var pod = _world.Nodes.Pods.First(p => p.Router is not null);

        await _world.Nodes.KillAsync(pod.Pod.Name(), TestContext.Current.CancellationToken);
        await _world.Nodes.StepAsync(TestContext.Current.CancellationToken);
        await _world.Nodes.StepAsync(TestContext.Current.CancellationToken);

        Assert.Contains(_world.Nodes.ReadyRouters, r => r is { Confirmed: false, Table.Candidate: not null });
        await _world.SettleAsync(2);
        Assert.All(_world.Nodes.ReadyRouters, r => Assert.True(r.Confirmed));
    }

    [Fact]
    public async Task BakeFails_AllTrafficReturnsAndThePointerFollows()
    {
        var before = await DeployAsync();
        await ChangeAsync("better", spec => spec.Rollout.BakeSeconds = 600);
        await _world.SettleAsync();
        var promoted = (await _world.StableAsync())!.Name;
        Assert.NotEqual(before, promoted);

        foreach (var router in _world.Nodes.ReadyRouters)
            router.Seen = router.Seen! with { Trip = new(BuiltInLimit.InvalidScores, "3 requests", _world.Time.GetUtcNow()) };
        await _world.ReconcileAsync();

        Assert.All(_world.Nodes.ReadyRouters, r => Assert.Equal((before, null), (r.Table!.Stable.Revision, r.Table.Candidate)));
        await _world.ReconcileAsync();
        Assert.Equal(before, (await _world.StableAsync())!.Name);
        Assert.Equal(promoted, Assert.Single((await _world.PipelineAsync()).Status!.Rejected!).Revision);
        await _world.SettleAsync(20);
        Assert.Equal(["base"], _world.HeldBy("full"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RoutersRefuseTheTable_TheCandidateIsRejectedWithTheirWords_AndNothingElseHappens(bool hasSteps)
    {
        var before = await DeployAsync();
        _world.Nodes.RefusesTable = table => table.Candidate is null && table.Stable.Revision == before ? null : "candidate.arm.tiers[1] is not to my taste";
        await ChangeAsync("better", spec =>
        {
            if (hasSteps)
                Steps(spec);
            else
                spec.Rollout.BakeSeconds = 600;
        });
        await _world.SettleAsync(20);

        var status = (await _world.PipelineAsync()).Status!;
        var rejected = Assert.Single(status.Rejected!);
        Assert.Equal(RolloutReasons.TableRefused, rejected.Reason);
        Assert.Contains("it answered 400: candidate.arm.tiers[1] is not to my taste", rejected.Message, StringComparison.Ordinal);
        Assert.Equal(before, status.Stable!.Revision);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("TrafficConverged")).Status);

        // What the next spec asks for waits for nothing.
        _world.Nodes.RefusesTable = _ => null;
        await _world.ApplyAsync(Samples.Model("best"));
        await ChangeAsync("best", _ => { });
        await _world.SettleAsync(6);
        Assert.Equal("best", (await _world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name);
    }

    [Fact]
    public async Task RoutersRefuseTheFirstTable_TheCorrectionTakesOverAtOnce()
    {
        foreach (var model in new[] { "tiny", "base", "better" })
            await _world.ApplyAsync(Samples.Model(model));
        _world.Nodes.RefusesTable = table => table.Stable.Tiers[^1].Model!.Model == "base" ? "no" : null;
        await ChangeAsync("base", Steps);
        await _world.SettleAsync();
        Assert.Equal(ConditionStatus.False, (await _world.ConditionAsync("Available")).Status);

        await ChangeAsync("better", Steps);
        await _world.SettleAsync(8);

        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);
        Assert.Equal("better", (await _world.StableAsync())!.Snapshot.Tiers[^1].Model!.Model.Name);
    }

    [Fact]
    public async Task Retried_WhatWasSaidOfTheTryBefore_HasNoEffect()
    {
        await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        var revision = (await _world.PipelineAsync()).Status!.Candidate!.Revision;
        var before = await DirectAsync(new DirectiveSpec { Revision = revision, Action = DirectiveAction.PromoteNow });
        Assert.Equal(revision, (await _world.StableAsync())!.Name);
        foreach (var router in _world.Nodes.ReadyRouters)
            router.Seen = router.Seen! with { Trip = new(BuiltInLimit.InvalidScores, "3 requests", _world.Time.GetUtcNow()) };
        await _world.SettleAsync(6);
        var rejected = (await _world.PipelineAsync()).Status!;
        Assert.Equal(revision, Assert.Single(rejected.Rejected!).Revision);
        Assert.EndsWith("allow another try with a directive `Retry`.", rejected.Conditions!.Single(c => c.Type == "Stalled").Message, StringComparison.Ordinal);

        await DirectAsync([.. before, new DirectiveSpec { Revision = revision, Action = DirectiveAction.Retry, Attempt = 2 }]);

        var candidate = (await _world.PipelineAsync()).Status!.Candidate!;
        Assert.Equal((2, "shadow"), (candidate.Attempt, candidate.Step));

        async Task<DirectiveSpec[]> DirectAsync(params DirectiveSpec[] directives)
        {
            await ChangeAsync("better", spec =>
            {
                Steps(spec);
                spec.Rollout.Directives = [.. directives];
            });
            await _world.SettleAsync(3);
            return directives;
        }
    }

    [Fact]
    public async Task RoutersCantReadTheTable_TheCandidateWaitsForOnesThatCan()
    {
        await DeployAsync();
        _world.Nodes.RefusesTable = table => table.Candidate is null ? null : "The JSON property 'latencyTests' could not be mapped to any .NET member";
        await ChangeAsync("better", Steps);
        await _world.SettleAsync(6);
        _world.Time.Advance(TimeSpan.FromSeconds(901));
        await _world.SettleAsync(2);

        var stalled = await _world.ConditionAsync("Stalled");
        Assert.Equal((ConditionStatus.True, RolloutReasons.RouterNotFollowing), Of(stalled));
        Assert.Contains("latencyTests", stalled.Message, StringComparison.Ordinal);
        _world.Nodes.RefusesTable = _ => null;
        await UntilStepAsync("half");
        Assert.Null((await _world.PipelineAsync()).Status!.Rejected);
    }

    [Fact]
    public async Task SpecChangesRightAfterAPromotion_WhatServedIsNotTakenBack()
    {
        var before = await DeployAsync();
        await _world.ApplyAsync(Samples.Model("best"));
        await ChangeAsync("better", spec => spec.Rollout = new() { Steps = [], BakeSeconds = 600 });
        for (var turn = 0; turn < 20 && (await _world.StableAsync())!.Name == before; turn++)
            await _world.TurnAsync();
        var promoted = (await _world.StableAsync())!;
        Assert.Equal((RevisionState.Baking, null), (promoted.State, promoted.ServedSince));

        await ChangeAsync("best", spec =>
        {
            spec.Rollout = new() { Steps = [], BakeSeconds = 600 };
            spec.Router.MostUrgentPriority = -5;
        });
        await _world.ReconcileAsync();

        var stable = (await _world.StableAsync())!;
        Assert.Equal((promoted.Name, true), (stable.Name, stable.ServedSince is not null));
    }

    [Fact]
    public async Task AllowedOrigins_AreToldToRoutersWithoutAnotherRevision()
    {
        var before = await DeployAsync();

        await ChangeAsync("base", spec => spec.Router.Cors = new() { AllowedOrigins = ["https://shop.example.org"] });
        await _world.TurnAsync();

        Assert.Equal(before, (await _world.StableAsync())!.Name);
        Assert.Equal(["https://shop.example.org"], _world.Nodes.ReadyRouters.First().Table!.Cors!.AllowedOrigins);
    }

    [Fact]
    public async Task DirectiveOfAnUnknownRevision_IsIgnoredAndSaidSo()
    {
        await DeployAsync();

        await ChangeAsync("base", spec => spec.Rollout.Directives = [new() { Revision = "0123456789", Action = DirectiveAction.Abort }]);
        await _world.SettleAsync();

        var ignored = await _world.ConditionAsync("DirectivesIgnored");
        Assert.Equal((ConditionStatus.True, Reasons.UnknownRevision), Of(ignored));
        Assert.Contains("0123456789", ignored.Message);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task DirectiveOfAnotherAttempt_IsIgnoredAndSaidSo()
    {
        await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        var revision = (await _world.PipelineAsync()).Status!.Candidate!.Revision;

        await ChangeAsync("better", spec =>
        {
            Steps(spec);
            spec.Rollout.Directives = [new() { Revision = revision, Action = DirectiveAction.Abort, Attempt = 2 }];
        });
        await _world.SettleAsync(2);

        var ignored = await _world.ConditionAsync("DirectivesIgnored");
        Assert.Equal((ConditionStatus.True, Reasons.OtherAttempt), Of(ignored));
        Assert.Contains($"Abort of {revision} (attempt 2; it is at 1)", ignored.Message, StringComparison.Ordinal);
        Assert.Equal("half", (await _world.PipelineAsync()).Status!.Candidate!.Step);
    }

    [Theory]
    [InlineData("nowhere", Reasons.ModelNotFound)]
    [InlineData("better", Reasons.InvalidSpec)]
    public async Task SpecCantBeMet_WhileACandidateIsAtAStep_ItKeepsItsTraffic(string model, string reason)
    {
        await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        var revision = (await _world.PipelineAsync()).Status!.Candidate!.Revision;

        await ChangeAsync(model, spec =>
        {
            Steps(spec);
            spec.Rollout.Steps[1].TrafficPermille = model == "better" ? 600 : 100;
        });
        await _world.SettleAsync(6);

        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, reason), Of(ready));
        Assert.Contains($"candidate {revision} stays at step \"half\"", ready.Message, StringComparison.Ordinal);
        Assert.All(_world.Nodes.ReadyRouters, r => Assert.Equal((revision, 500), (r.Table!.Candidate!.Arm.Revision, r.Table.Candidate.TrafficPermille)));
        await ChangeAsync("better", Steps);
        await _world.SettleAsync(2);
        Assert.Equal((revision, "half"), ((await _world.PipelineAsync()).Status!.Candidate!.Revision, (await _world.PipelineAsync()).Status!.Candidate!.Step));
    }

    [Fact]
    public async Task Observing_NothingNew_WritesNothing()
    {
        await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        await _world.SettleAsync(4);
        var writes = _world.Crash.Writes;

        await _world.SettleAsync(60);

        Assert.Equal(writes, _world.Crash.Writes);
    }

    [Fact]
    public async Task Decisions_AreEventsAndInTheReport()
    {
        await DeployAsync();
        await ChangeAsync("better", Steps);
        await UntilStepAsync("half");
        var revision = (await _world.PipelineAsync()).Status!.Candidate!.Revision;
        await ChangeAsync("better", spec =>
        {
            Steps(spec);
            spec.Rollout.Directives = [new() { Revision = revision, Action = DirectiveAction.Abort }];
        });
        await _world.SettleAsync(2);

        var reasons = (await _world.ListAsync<Eventsv1Event>()).Select(e => e.Reason).ToList();
        Assert.Equal(3, reasons.Count(r => r == "StepStarted"));
        Assert.Single(reasons, r => r == "RevisionRejected");
        var report = (await _world.ListAsync<V1ConfigMap>()).Select(m => m.Data.TryGetValue(ReportObject.ReportKey, out var text) ? text : null).OfType<string>();
        Assert.Contains("\"Aborted\"", Assert.Single(report, text => text.Contains(revision, StringComparison.Ordinal)));
    }

    private async Task<string> DeployAsync()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.Model("better"));
        await ChangeAsync("base", _ => { });
        await _world.SettleAsync();
        return (await _world.StableAsync())!.Name;
    }

    private Task ChangeAsync(string model, Action<RerankPipelineSpec> change) => _world.ApplyAsync(Samples.TwoTiers(full: model, change: change));

    private static void Steps(RerankPipelineSpec spec) => spec.Rollout = new()
    {
        Steps =
        [
            new() { Name = "shadow", MirrorPermille = 1000, MinDurationSeconds = 2 },
            new() { Name = "little", TrafficPermille = 100, MinDurationSeconds = 2 },
            new() { Name = "half", TrafficPermille = 500, Approval = Approval.Required },
        ],
        BakeSeconds = 3600,
        Analysis = new() { Metrics = [] },
        Directives = null,
    };

    // Approves whatever waits.
    private async Task ServeAsync()
    {
        var pipeline = await _world.PipelineAsync();
        if (pipeline.Status?.Candidate is { Step: "half" } candidate)
        {
            await ChangeAsync("better", spec =>
            {
                Steps(spec);
                spec.Rollout.Directives = [new() { Revision = candidate.Revision, Action = DirectiveAction.Approve, Step = "half" }];
            });
        }
    }

    private async Task UntilStepAsync(string step)
    {
        for (var turn = 0; turn < 40; turn++)
        {
            await _world.TurnAsync();
            var candidate = (await _world.PipelineAsync()).Status?.Candidate;
            if (candidate?.Step == step && candidate.StepStartTime is not null)
                return;
        }

        Assert.Fail($"step {step} was never reached");
    }

    private static (ConditionStatus Status, string Reason) Of(Condition condition) => (condition.Status, condition.Reason);
}
