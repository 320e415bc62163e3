using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Pipelines.Revisions;
using Rerank.Operator.Rollouts;

namespace Rerank.Operator.Tests.Rollouts;

public sealed class RolloutPlanTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Revision Old = Of(100, RevisionRole.Stable, 1) with { StableSince = Now.AddDays(-1) };
    private static readonly Revision New = Of(200, RevisionRole.Candidate, 2) with { CandidateSince = Now };

    private readonly RolloutSpec _spec = new()
    {
        Steps =
        [
            new() { Name = "shadow", MirrorPermille = 200, MinDurationSeconds = 60 },
            new() { Name = "little", TrafficPermille = 10, MinRequests = 50 },
            new() { Name = "half", TrafficPermille = 500, Approval = Approval.Required },
        ],
    };

    [Fact]
    public void Placing_NotPlaced_WaitsForWhatIsMissing()
    {
        var outcome = Next(New, Situation() with { Placement = new(Reasons.ModelLoading, "loading") });

        Assert.Equal(Reasons.ModelLoading, outcome.Waits!.Reason);
        Assert.Null(outcome.Roles.Candidate!.Rollout.Step);
    }

    [Fact]
    public void Placing_Placed_BeginsTheFirstStepWithItsWeights()
    {
        var outcome = Next(New, Situation());

        Assert.Equal(("shadow", 0, 200), Weights(outcome));
        Assert.Equal("StepStarted", outcome.Decision!.What);
    }

    [Fact]
    public void Placing_RoutersDontFollow_DoesNotBegin()
    {
        var outcome = Next(New, Situation() with { Acknowledged = false });

        Assert.Null(outcome.Roles.Candidate!.Rollout.Step);
    }

    [Fact]
    public void Placing_DeadlinePassed_Rejects()
    {
        var outcome = Next(New, Situation() with { Placement = new(Reasons.ModelFailed, "no") }, Now.AddSeconds(901));

        AssertRejected(outcome, RolloutReasons.ProgressDeadlineExceeded);
        // Nobody was told to use it, so there is nobody to wait for.
        Assert.Equal(RevisionRole.Retired, outcome.Roles.All.Single(r => r.Name == New.Name).Role);
    }

    [Fact]
    public void Placing_NoSteps_PromotesAndBakes()
    {
        _spec.Steps = [];

        var outcome = Next(New, Situation());

        Assert.Equal((New.Name, Old.Name), (outcome.Roles.Stable!.Name, outcome.Roles.Stable.Rollout.BakesAgainst));
        Assert.Equal(Now.AddSeconds(600), outcome.Roles.Stable.Rollout.BakesUntil);
    }

    [Fact]
    public void Placing_WasStableNotLongAgo_PromotesWithoutStepsOrBake()
    {
        var outcome = Next(New with { StableSince = Now.AddHours(-2) }, Situation());

        Assert.Equal((New.Name, null), (outcome.Roles.Stable!.Name, outcome.Roles.Stable.Rollout.BakesAgainst));
        Assert.Equal(RolloutReasons.FastRollback, outcome.Roles.Stable.Verdict!.Reason);
    }

    [Fact]
    public void Placing_WasStableAndRejectedSince_GoesByTheSteps()
    {
        var rejected = new RevisionVerdict(RevisionVerdictKind.Rejected, "ErrorRateRegression", "worse", Now.AddHours(-1), 1);

        var outcome = Next(New with { StableSince = Now.AddHours(-2), Verdict = rejected }, Situation());

        Assert.Equal("shadow", outcome.Roles.Candidate!.Rollout.Step);
        Assert.Equal(2, outcome.Roles.Candidate.Try);
    }

    [Fact]
    public void Step_RoutersFollow_ItsTimeBegins()
    {
        var outcome = Next(At("shadow", since: null), Situation(compared: 7), Now.AddSeconds(5));

        Assert.Equal((Now.AddSeconds(5), 7), (outcome.Roles.Candidate!.Rollout.StepSince, outcome.Roles.Candidate.Rollout.ComparedBefore));
    }

    [Fact]
    public void Step_ItsTimeIsNotOver_Holds()
    {
        var outcome = Next(At("shadow", Now), Situation(), Now.AddSeconds(59));

        Assert.Equal("shadow", outcome.Roles.Candidate!.Rollout.Step);
        Assert.Equal(Reasons.RolloutInProgress, outcome.Waits!.Reason);
    }

    [Fact]
    public void Step_Passed_BeginsTheNextAndItsTimeAnew()
    {
        var outcome = Next(At("shadow", Now), Situation(), Now.AddSeconds(60));

        Assert.Equal(("little", 10, 0), Weights(outcome));
        Assert.Null(outcome.Roles.Candidate!.Rollout.StepSince);
    }

    [Theory]
    [InlineData(149, "little")]
    [InlineData(150, "half")]
    public void Step_MinRequests_CountFromItsStart(int requests, string expected)
    {
        var candidate = At("little", Now, traffic: 10);
        candidate = candidate with { Rollout = candidate.Rollout with { RequestsBefore = 100 } };

        Assert.Equal(expected, Next(candidate, Situation(requests: requests)).Roles.Candidate!.Rollout.Step);
    }

    [Fact]
    public void Step_RoutersDontFollow_NothingRises()
    {
        var outcome = Next(At("shadow", Now), Situation() with { Acknowledged = false }, Now.AddHours(1));

        Assert.Equal("shadow", outcome.Roles.Candidate!.Rollout.Step);
        Assert.Equal(Reasons.Switching, outcome.Waits!.Reason);
    }

    [Fact]
    public void Step_Undecided_Holds()
    {
        var outcome = Next(At("shadow", Now), Situation() with { Analysis = Analysis(Verdict.Undecided) }, Now.AddSeconds(61));

        Assert.Equal("shadow", outcome.Roles.Candidate!.Rollout.Step);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_NoDataUntilTheDeadline_DoesWhatTheSpecSays(bool rollsBack)
    {
        _spec.Analysis.NoData = new() { DeadlineSeconds = 100, OnDeadline = rollsBack ? DeadlineAction.Rollback : DeadlineAction.Pause };
        var lacking = Situation() with { Analysis = Analysis(Verdict.Undecided, lacksData: true) };

        Assert.False(Next(At("shadow", Now), lacking, Now.AddSeconds(100)).IsOverdue);
        var outcome = Next(At("shadow", Now), lacking, Now.AddSeconds(101));

        if (rollsBack)
            AssertRejected(outcome, RolloutReasons.NoData);
        else
            Assert.Equal(("shadow", RolloutReasons.NoData, true), (outcome.Roles.Candidate!.Rollout.Step, outcome.Waits!.Reason, outcome.IsOverdue));
    }

    [Fact]
    public void Step_SourceFails_ItsDeadlineCountsFromTheFailureAndEndsWithIt()
    {
        _spec.Analysis.SourceError = new() { DeadlineSeconds = 100, OnDeadline = DeadlineAction.Rollback };
        var failing = Situation() with { Analysis = Analysis(Verdict.Undecided, sourceError: "down") };

        var first = Next(At("shadow", Now), failing, Now.AddHours(1));
        Assert.Equal(Now.AddHours(1), first.Roles.Candidate!.Rollout.SourceErrorSince);
        var recovered = Next(first.Roles.Candidate, Situation() with { Acknowledged = false }, Now.AddHours(2));
        Assert.Null(recovered.Roles.Candidate!.Rollout.SourceErrorSince);
        AssertRejected(Next(first.Roles.Candidate, failing, Now.AddHours(1).AddSeconds(101)), RolloutReasons.SourceError);
    }

    [Fact]
    public void Step_ApprovalRequired_WaitsForItByName()
    {
        var half = At("half", Now, traffic: 500);

        Assert.Equal(Reasons.AwaitingApproval, Next(half, Situation()).Waits!.Reason);
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Approve, Step = "little" }];
        Assert.Equal(Reasons.AwaitingApproval, Next(half, Situation()).Waits!.Reason);
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Approve, Step = "half" }];
        Assert.Equal(New.Name, Next(half, Situation()).Roles.Stable!.Name);
    }

    [Fact]
    public void Step_LastOnePassed_PromotesAndKeepsTheReplaced()
    {
        _spec.Steps[2].Approval = Approval.NotRequired;

        var outcome = Next(At("half", Now, traffic: 500), Situation());

        Assert.Equal(New.Name, outcome.Roles.Stable!.Name);
        Assert.Equal(Old.Name, Assert.Single(outcome.Roles.Retained).Name);
        Assert.Equal((Old.Name, New.Name, 1000), Arms(outcome));
    }

    [Fact]
    public void Step_Paused_HoldsAndStillRejects()
    {
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Pause }];

        Assert.Equal(Reasons.Paused, Next(At("shadow", Now), Situation(), Now.AddHours(1)).Waits!.Reason);
        AssertRejected(Next(At("shadow", Now), Situation() with { Analysis = Analysis(Verdict.Fail) }), "ErrorRateRegression");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("shadow")]
    [InlineData("half")]
    public void Harm_InAnyState_RejectsWhateverItWaitsFor(string? step)
    {
        var candidate = step is null ? New : At(step, Now);
        var waiting = Situation() with { Acknowledged = false, Placement = new(Reasons.ModelLoading, "loading") };

        AssertRejected(Next(candidate, waiting with { Analysis = Analysis(Verdict.Fail) }), "ErrorRateRegression");
        AssertRejected(Next(candidate, waiting with { Trip = new("errors", "9 of 10", Now) }), RolloutReasons.HardLimitExceeded);
        AssertRejected(Next(candidate, waiting with { Trip = new(BuiltInLimit.InvalidScores, "3", Now) }), BuiltInLimit.InvalidScores);
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Abort }];
        AssertRejected(Next(candidate, waiting), RolloutReasons.Aborted);
    }

    [Fact]
    public void Rejected_HadTraffic_StaysLoadedUntilRoutersHaveLeft()
    {
        var roles = Next(At("half", Now, traffic: 500), Situation() with { Analysis = Analysis(Verdict.Fail) }).Roles;

        Assert.Equal((Old.Name, null, 0), Arms(new(roles)));
        var later = Now.AddSeconds(2);
        Assert.Single(Expire(roles, hasLeft: false, later).Retained);
        Assert.Empty(Expire(roles, hasLeft: true, later).Retained);

        static RevisionRoles Expire(RevisionRoles roles, bool hasLeft, DateTimeOffset now) =>
            RevisionPlan.Expire(roles, TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), _ => hasLeft, now);
    }

    [Fact]
    public void Rejected_SpecStillAsksForIt_IsNotTriedAgainWithoutADirective()
    {
        var rejected = Next(At("shadow", Now), Situation() with { Analysis = Analysis(Verdict.Fail) }).Roles;

        Assert.Null(Settle(null).Candidate);
        var retried = Settle(new DirectiveSpec { Revision = New.Name, Action = DirectiveAction.Retry }).Candidate!;
        Assert.Equal((2, 2), (retried.Try, retried.Rollout.Attempt));

        // The directive stays where it is, and has had its effect.
        var again = RolloutPlan.Next(new(Old, retried, [], []), Situation() with { Analysis = Analysis(Verdict.Fail) }, Now).Roles;
        Assert.Equal(2, again.All.Single(r => r.Name == New.Name).Verdict!.Attempts);
        rejected = again;
        Assert.Null(Settle(new DirectiveSpec { Revision = New.Name, Action = DirectiveAction.Retry }).Candidate);
        Assert.NotNull(Settle(new DirectiveSpec { Revision = New.Name, Action = DirectiveAction.Retry, Attempt = 3 }).Candidate);

        RevisionRoles Settle(DirectiveSpec? directive) =>
            RevisionPlan.Settle([.. rejected.All], New.Snapshot, new(directive is null ? null : [directive]), Now.AddHours(1));
    }

    [Fact]
    public void Promote_ByDirective_SkipsStepsButNotHarm()
    {
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.PromoteNow }];

        Assert.Equal(New.Name, Next(At("shadow", since: null), Situation() with { Analysis = Analysis(Verdict.Undecided) }).Roles.Stable!.Name);
        AssertRejected(Next(At("shadow", Now), Situation() with { Analysis = Analysis(Verdict.Fail) }), "ErrorRateRegression");
    }

    [Fact]
    public void StepEdited_ToLessTraffic_FallsAtOnce_ToMore_HasToBeEarned()
    {
        var little = At("little", Now, traffic: 10);
        _spec.Steps[1].TrafficPermille = 5;
        Assert.Equal(5, Next(little, Situation() with { Analysis = Analysis(Verdict.Undecided) }).Roles.Candidate!.Rollout.TrafficPermille);

        _spec.Steps[1].TrafficPermille = 20;
        Assert.Equal(10, Next(little, Situation() with { Analysis = Analysis(Verdict.Undecided) }).Roles.Candidate!.Rollout.TrafficPermille);
        Assert.Equal(20, Next(little, Situation(requests: 50)).Roles.Candidate!.Rollout.TrafficPermille);
    }

    [Fact]
    public void StepRemoved_WhileAtIt_GoesOnWithTheFirstThatGivesMore()
    {
        _spec.Steps.RemoveAt(1);

        var outcome = Next(At("little", Now, traffic: 10), Situation());

        Assert.Equal("half", outcome.Roles.Candidate!.Rollout.Step);
    }

    [Fact]
    public void Bake_Harm_TakesTrafficAwayFirstAndThenMovesThePointer()
    {
        var baking = Baking();

        var marked = RolloutPlan.Next(baking, Situation() with { Analysis = Analysis(Verdict.Fail) }, Now).Roles;
        Assert.Equal(New.Name, marked.Stable!.Name);
        Assert.Equal((Old.Name, null, 0), Arms(new(marked)));

        var returned = RolloutPlan.Next(marked, Situation(), Now).Roles;
        Assert.Equal(Old.Name, returned.Stable!.Name);
        Assert.True(Assert.Single(returned.Retained).IsRejected);
        Assert.Null(RevisionPlan.Settle([.. returned.All], New.Snapshot, new(null), Now).Candidate);
    }

    [Fact]
    public void Bake_ItsTimeIsOver_EndsIt()
    {
        Assert.Equal((Old.Name, New.Name, 1000), Arms(RolloutPlan.Next(Baking(), Situation(), Now.AddSeconds(599))));

        var ended = RolloutPlan.Next(Baking(), Situation(), Now.AddSeconds(600));

        Assert.Equal((New.Name, null, 0), Arms(ended));
        Assert.Equal("Baked", ended.Decision!.What);
    }

    [Fact]
    public void Bake_ReplacedIsGone_EndsIt()
    {
        var outcome = RolloutPlan.Next(Baking() with { Retained = [] }, Situation() with { Analysis = Analysis(Verdict.Fail) }, Now);

        Assert.Equal((New.Name, null, 0), Arms(outcome));
    }

    [Fact]
    public void Bake_NextCandidateBeginsAStep_EndsIt()
    {
        var third = Of(300, RevisionRole.Candidate, 9) with { CandidateSince = Now };

        var baking = Baking();
        _spec.Steps = [new() { Name = "shadow", MirrorPermille = 200 }];
        var outcome = RolloutPlan.Next(baking with { Candidate = third }, Situation(), Now);

        Assert.Equal((New.Name, third.Name, 0), Arms(outcome));
    }

    [Fact]
    public void Bake_LongerThanRetention_KeepsTheReplacedUntilItsEnd()
    {
        var roles = RevisionPlan.Expire(Baking(), TimeSpan.Zero, TimeSpan.Zero, _ => true, Now.AddSeconds(300));

        Assert.Single(roles.Retained);
    }

    private RevisionRoles Baking()
    {
        _spec.Steps = [];
        var roles = Next(New, Situation()).Roles;
        Assert.NotNull(roles.Stable!.Rollout.BakesUntil);
        return roles;
    }

    private RolloutSituation Situation(long requests = 0, long compared = 0) => new()
    {
        Spec = _spec,
        Acknowledged = true,
        Evidence = Evidence.None with { Candidate = ArmEvidence.None with { Requests = requests }, Shadow = ShadowEvidence.None with { Pairs = compared } },
        Analysis = Analysis(Verdict.Pass),
    };

    private static AnalysisResult Analysis(Verdict verdict, bool lacksData = false, string? sourceError = null)
    {
        var metric = new MetricResult
        {
            Name = "errors",
            Type = MetricType.ErrorRate,
            Mode = MetricMode.Enforce,
            Verdict = verdict,
            Threshold = 0.01,
            Alpha = 0.01,
            StableSamples = 1,
            CandidateSamples = 1,
            LacksData = lacksData,
            SourceError = sourceError,
            Message = "so it is",
        };
        return new() { Verdict = verdict, Deciding = verdict == Verdict.Pass ? null : metric, Metrics = [metric] };
    }

    private static RolloutOutcome Next(Revision candidate, RolloutSituation situation, DateTimeOffset? now = null) =>
        RolloutPlan.Next(new(Old, candidate, [], []), situation, now ?? Now);

    private static Revision At(string step, DateTimeOffset? since, int traffic = 0) => New with
    {
        Rollout = new() { Step = step, StepSince = since, TrafficPermille = traffic, MirrorPermille = step == "shadow" ? 200 : 0 },
    };

    private static void AssertRejected(RolloutOutcome outcome, string reason)
    {
        Assert.Null(outcome.Roles.Candidate);
        Assert.Equal(Old.Name, outcome.Roles.Stable!.Name);
        var rejected = outcome.Roles.All.Single(r => r.Name == New.Name);
        Assert.True(rejected.IsRejected);
        Assert.Equal(reason, rejected.Verdict!.Reason);
        Assert.Equal(("Rejected", reason), (outcome.Decision!.What, outcome.Decision.Reason));
    }

    private static (string?, int, int) Weights(RolloutOutcome outcome)
    {
        var state = outcome.Roles.Candidate!.Rollout;
        return (state.Step, state.TrafficPermille, state.MirrorPermille);
    }

    private static (string Baseline, string? Judged, int Traffic) Arms(RolloutOutcome outcome)
    {
        var arms = RolloutArms.Of(outcome.Roles)!;
        return (arms.Baseline.Name, arms.Judged?.Name, arms.TrafficPermille);
    }

    private static Revision Of(int timeout, RevisionRole role, long sequence)
    {
        var snapshot = new RevisionSnapshot
        {
            Policy = new RouterPolicy { RequestTimeoutMilliseconds = timeout },
            Tiers = [new() { Name = "cache", Cache = new(1024, 60) }],
        };
        return new() { Name = snapshot.Hash(), Role = role, Sequence = sequence, Snapshot = snapshot };
    }
}
