using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Status;

namespace Rerank.Operator.Tests.Rollouts;

public sealed class RolloutPlanTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Revision Old = Of(100, RevisionState.Stable, 1) with { StableSince = Now.AddDays(-1) };
    private static readonly Revision New = Of(200, RevisionState.Placing, 2) with { CandidateSince = Now };

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
        Assert.Equal(DecisionKind.StepStarted, outcome.Decision!.Kind);
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

        var introduced = Next(New, Situation());
        Assert.Equal((RevisionState.Introducing, 0, 0), (introduced.Roles.Candidate!.State, introduced.Roles.Candidate.Rollout.TrafficPermille, introduced.Roles.Candidate.Rollout.MirrorPermille));
        Assert.Equal((Old.Name, New.Name, 0), Arms(introduced));
        Assert.Equal(RevisionState.Introducing, Next(introduced.Roles.Candidate, Situation() with { Acknowledged = false }).Roles.Candidate!.State);
        var outcome = Next(introduced.Roles.Candidate, Situation());

        Assert.Equal((New.Name, Old.Name), (outcome.Roles.Stable!.Name, outcome.Roles.Stable.Rollout.BakesAgainst));
        Assert.Equal(Now.AddSeconds(600), outcome.Roles.Stable.Rollout.BakesUntil);
    }

    [Fact]
    public void Placing_WasStableNotLongAgo_PromotesWithoutStepsOrBake()
    {
        var introduced = Next(New with { StableSince = Now.AddHours(-2) }, Situation());
        var outcome = Next(introduced.Roles.Candidate!, Situation());

        Assert.Equal((New.Name, null), (outcome.Roles.Stable!.Name, outcome.Roles.Stable.Rollout.BakesAgainst));
        Assert.Equal(RolloutReasons.FastRollback, outcome.Roles.Stable.Verdict!.Reason);
    }

    [Fact]
    public void Placing_WasStableAndRejectedSince_GoesByTheSteps()
    {
        var rejected = new RevisionVerdict(RevisionVerdictKind.Rejected, "ErrorRateRegression", "worse", Now.AddHours(-1), 1);

        var outcome = Next(New with { StableSince = Now.AddHours(-2), Verdict = rejected }, Situation());

        Assert.Equal("shadow", outcome.Roles.Candidate!.Rollout.Step);
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
    public void Step_CountsWereLost_CountsWhatCameSince()
    {
        var candidate = At("little", Now, traffic: 10);
        candidate = candidate with { Rollout = candidate.Rollout with { RequestsBefore = 1000, ComparedBefore = 10 } };

        var lost = Next(candidate, Situation(requests: 40)).Roles.Candidate!;
        Assert.Equal(("little", 0, 0), (lost.Rollout.Step, lost.Rollout.RequestsBefore, lost.Rollout.ComparedBefore));
        // Also when there are more than before, again.
        Assert.Equal("half", Next(lost, Situation(requests: 1010)).Roles.Candidate!.Rollout.Step);
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
        Assert.Equal((Old.Name, New.Name, 980), Arms(outcome));
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
            RevisionPlan.Expire(roles, new(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1)), _ => hasLeft, now);
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
        Assert.Equal((Old.Name, New.Name, 980), Arms(RolloutPlan.Next(Baking(), Situation(), Now.AddSeconds(599))));
        Assert.Null(RolloutPlan.Next(Baking(), Situation() with { Acknowledged = false }, Now.AddSeconds(600)).Decision);

        var ended = RolloutPlan.Next(Baking(), Situation(), Now.AddSeconds(600));

        Assert.Equal((New.Name, null, 0), Arms(ended));
        Assert.Equal(DecisionKind.Baked, ended.Decision!.Kind);
    }

    [Fact]
    public void Bake_ADirectivePausesIt_GoesOnWithItsGuardsUntilThatIsGone()
    {
        var baking = Baking();
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Pause }];

        var paused = RolloutPlan.Next(baking, Situation(), Now.AddDays(1));
        Assert.Equal((RevisionState.Baking, Reasons.Paused), (paused.Roles.Stable!.State, paused.Waits!.Reason));
        Assert.Equal((Old.Name, New.Name, 980), Arms(paused));
        var harmed = RolloutPlan.Next(paused.Roles, Situation() with { Analysis = Analysis(Verdict.Fail) }, Now.AddDays(1));
        Assert.Equal(RevisionState.Returning, harmed.Roles.Stable!.State);

        _spec.Directives = [];
        Assert.Equal(RevisionState.Stable, RolloutPlan.Next(paused.Roles, Situation(), Now.AddDays(1)).Roles.Stable!.State);
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
        var third = Of(300, RevisionState.Placing, 9) with { CandidateSince = Now };

        var baking = Baking();
        _spec.Steps = [new() { Name = "shadow", MirrorPermille = 200 }];
        var outcome = RolloutPlan.Next(baking with { Candidate = third }, Situation(), Now);

        Assert.Equal((New.Name, third.Name, 0), Arms(outcome));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(899)]
    public void Step_UnhealthyLongAfterItsStart_IsRejectedOnlyAfterThatTime(int seconds)
    {
        var unhealthy = Situation() with { Placement = new(Reasons.PodsNotReady, "") };
        var first = Now.AddSeconds(901);
        var candidate = Next(At("shadow", Now), unhealthy, first).Roles.Candidate!;

        Assert.Equal("shadow", Next(candidate, unhealthy, first.AddSeconds(seconds)).Roles.Candidate!.Rollout.Step);
        AssertRejected(Next(candidate, unhealthy, first.AddSeconds(901)), RolloutReasons.ProgressDeadlineExceeded);
    }

    [Fact]
    public void Step_WaitsOverAWeekendForApproval_OneBadLookIsNothing()
    {
        var unhealthy = Situation() with { Placement = new(Reasons.PodsNotReady, "") };
        var candidate = Next(At("half", Now, traffic: 500), Situation()).Roles.Candidate!;

        candidate = Next(candidate, unhealthy, Now.AddDays(3)).Roles.Candidate!;
        candidate = Next(candidate, Situation(), Now.AddDays(3).AddSeconds(1)).Roles.Candidate!;
        var outcome = Next(candidate, Situation(), Now.AddDays(3).AddSeconds(61));

        Assert.Equal(Reasons.AwaitingApproval, outcome.Waits!.Reason);
        Assert.Equal((null, null), (outcome.Roles.Candidate!.Rollout.UnhealthySince, outcome.Roles.Candidate.Rollout.HealthySince));
    }

    [Fact]
    public void Step_FlapsForEver_IsRejectedAtTheDeadlineFromItsFirstFailure()
    {
        var candidate = At("half", Now, traffic: 500);
        for (var second = 0; second <= 900; second += 30)
        {
            var isBad = second % 60 == 0;
            candidate = Next(candidate, Situation() with { Placement = isBad ? new(Reasons.PodsNotReady, "") : null }, Now.AddSeconds(second)).Roles.Candidate!;
        }

        AssertRejected(Next(candidate, Situation() with { Placement = new(Reasons.PodsNotReady, "") }, Now.AddSeconds(901)), RolloutReasons.ProgressDeadlineExceeded);
    }

    [Fact]
    public void Step_NoAnswer_IsUnknownForHalfAMinuteAndUnhealthyFromItsBeginningAfterThat()
    {
        var silent = Situation() with { Placement = new(Reasons.AdminUnreachable, "no answer") };

        var candidate = Next(At("shadow", Now), silent, Now.AddHours(1)).Roles.Candidate!;
        Assert.Null(candidate.Rollout.UnhealthySince);
        candidate = Next(candidate, silent, Now.AddHours(1).AddSeconds(30)).Roles.Candidate!;
        Assert.Equal(Now.AddHours(1), candidate.Rollout.UnhealthySince);
        AssertRejected(Next(candidate, silent, Now.AddHours(1).AddSeconds(901)), RolloutReasons.ProgressDeadlineExceeded);
    }

    [Fact]
    public void Placing_WasPlacedAndWaits_OneBadLookIsNothing()
    {
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Pause }];
        var candidate = Next(New, Situation()).Roles.Candidate!;

        var outcome = Next(candidate, Situation() with { Placement = new(Reasons.PodsNotReady, "") }, Now.AddDays(1));

        Assert.NotNull(outcome.Roles.Candidate);
    }

    [Fact]
    public void Step_ARouterDoesNotFollow_StallsAfterTheDeadlineWithItsNameAndIsNotRejected()
    {
        var deaf = Situation() with { Acknowledged = false, Behind = ["router-1"] };
        var candidate = Next(At("shadow", since: null), deaf).Roles.Candidate!;

        Assert.False(Next(candidate, deaf, Now.AddSeconds(900)).IsOverdue);
        var outcome = Next(candidate, deaf, Now.AddDays(1));

        Assert.Equal((RolloutReasons.RouterNotFollowing, true), (outcome.Waits!.Reason, outcome.IsOverdue));
        Assert.Contains("router-1", outcome.Waits.Message, StringComparison.Ordinal);
        Assert.Equal("shadow", outcome.Roles.Candidate!.Rollout.Step);
    }

    [Fact]
    public void RouterNotFollowing_BecauseItRefuses_HasItsWords()
    {
        var deaf = Situation() with { Acknowledged = false, Behind = ["router-1"], RefusalInWords = "router-1 refuses it: it answered 400: what is latencyTests" };
        var candidate = Next(At("shadow", since: null), deaf).Roles.Candidate!;

        var outcome = Next(candidate, deaf, Now.AddDays(1));

        Assert.Equal((RolloutReasons.RouterNotFollowing, "shadow"), (outcome.Waits!.Reason, outcome.Roles.Candidate!.Rollout.Step));
        Assert.Contains("Not followed by: router-1. router-1 refuses it: it answered 400: what is latencyTests. Restart", outcome.Waits.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TableRefused_AtAnyArm_RejectsWithTheRoutersWords()
    {
        var refused = Situation() with { Acknowledged = false, TableRefusal = "it answered 400: no" };

        var outcome = Next(At("shadow", since: null), refused);

        AssertRejected(outcome, RolloutReasons.TableRefused);
        Assert.Contains("it answered 400: no", outcome.Decision!.Message, StringComparison.Ordinal);
        _spec.Steps = [];
        AssertRejected(Next(Next(New, Situation()).Roles.Candidate!, refused), RolloutReasons.TableRefused);
    }

    [Fact]
    public void Bake_NoRouterHasFollowedAndTheSpecChanges_ReturnsAtOnce()
    {
        var roles = Baking();
        var third = Of(300, RevisionState.Placing, 9) with { CandidateSince = Now };

        var outcome = RolloutPlan.Next(
            roles with { Stable = roles.Stable! with { ServedSince = null }, Candidate = third }, Situation() with { Acknowledged = false, IsServed = false }, Now.AddSeconds(1));

        Assert.Equal((Old.Name, third.Name), (outcome.Roles.Stable!.Name, outcome.Roles.Candidate!.Name));
        Assert.Null(Assert.Single(outcome.Roles.Retained).StableSince);
    }

    [Fact]
    public void FirstRevision_NoRouterFollowsIt_ItsCorrectionTakesOverAtOnce()
    {
        var broken = Old with { ServedSince = null, Verdict = new(RevisionVerdictKind.Promoted, RolloutReasons.FirstRevision, "It is the first one.", Now, 1) };

        var outcome = RolloutPlan.Next(new(broken, New, [], []), Situation() with { Acknowledged = false, IsServed = false }, Now);

        Assert.Equal((New.Name, RolloutReasons.NeverServed), (outcome.Roles.Stable!.Name, outcome.Decision!.Reason));
    }

    [Fact]
    public void TakesOver_NoRouterIsReadyAndThoseThatAnswerFollow_IsNotHeldUp()
    {
        _spec.Steps = [];
        var down = Situation() with { Acknowledged = false, IsFollowedOutOfService = true };

        Assert.Equal(New.Name, Next(Next(New, down).Roles.Candidate!, down).Roles.Stable!.Name);
    }

    [Fact]
    public void Epoch_EveryStepWeightAndThePromotion_IsAHigherOne()
    {
        var epochs = new List<int>();
        var candidate = New;
        foreach (var _ in _spec.Steps)
        {
            candidate = Next(candidate, Situation(requests: 1000), Now.AddDays(1)).Roles.Candidate!;
            epochs.Add(candidate.Rollout.Epoch);
            candidate = Next(candidate, Situation(), Now.AddDays(1)).Roles.Candidate!;
            candidate = candidate with { Rollout = candidate.Rollout with { StepSince = Now } };
        }

        _spec.Steps[2].TrafficPermille = 400;
        candidate = Next(candidate, Situation(), Now.AddDays(1)).Roles.Candidate!;
        epochs.Add(candidate.Rollout.Epoch);
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.PromoteNow }];
        var roles = Next(candidate, Situation(), Now.AddDays(1)).Roles;
        epochs.Add(roles.Stable!.Rollout.Epoch);
        _spec.BakeHoldbackPermille = 100;
        roles = RolloutPlan.Next(roles, Situation(), Now.AddDays(1)).Roles;
        epochs.Add(RolloutPlan.Next(roles, Situation(), Now.AddDays(1)).Roles.Stable!.Rollout.Epoch);

        Assert.Equal([1, 2, 3, 4, 5, 6], epochs);
    }

    [Fact]
    public void Bake_WithStepsAndNotPassed_GoesOnUntilTheDeadlineOfNoData_AndThenWaitsForADirective()
    {
        var (baking, end) = (BakingAfterSteps(), Now.AddSeconds(600));
        var undecided = Situation() with { Analysis = Analysis(Verdict.Undecided, lacksData: true) };

        Assert.Null(RolloutPlan.Next(baking, undecided, end.AddSeconds(7200)).Waits);
        var waiting = RolloutPlan.Next(baking, undecided, end.AddSeconds(7201));
        Assert.Equal((RolloutReasons.NoData, true, RevisionState.Baking), (waiting.Waits!.Reason, waiting.IsOverdue, waiting.Roles.Stable!.State));
        Assert.Contains("errors", waiting.Waits.Message, StringComparison.Ordinal);

        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Approve, Step = StepSpec.Bake }];
        Assert.Equal(RevisionState.Stable, RolloutPlan.Next(baking, undecided, end.AddSeconds(7201)).Roles.Stable!.State);
        Assert.Equal(RevisionState.Baking, RolloutPlan.Next(baking, undecided, end.AddSeconds(1)).Roles.Stable!.State);
        Assert.Equal(RevisionState.Stable, RolloutPlan.Next(baking, Situation(), end.AddSeconds(1)).Roles.Stable!.State);

        _spec.Analysis.NoData.OnDeadline = DeadlineAction.Rollback;
        var over = RolloutPlan.Next(baking, undecided, end.AddSeconds(7201));
        Assert.Equal((RevisionState.Returning, RolloutReasons.NoData), (over.Roles.Stable!.State, over.Decision!.Reason));
    }

    [Fact]
    public void Bake_ThatADirectiveEnds_NamesTheDirective()
    {
        var (baking, late) = (BakingAfterSteps(), Now.AddSeconds(600 + 7201));
        var undecided = Situation() with { Analysis = Analysis(Verdict.Undecided, lacksData: true) };

        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.PromoteNow }];
        Assert.Equal(RolloutReasons.PromotedNow, RolloutPlan.Next(baking, undecided, late).Decision!.Reason);
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Approve, Step = StepSpec.Bake }];
        Assert.Equal(RolloutReasons.Approved, RolloutPlan.Next(baking, undecided, late).Decision!.Reason);
    }

    [Fact]
    public void Bake_TheNextCandidateEndsIt_ItsDecisionSaysSo()
    {
        var third = Of(300, RevisionState.Placing, 9) with { CandidateSince = Now };
        var baking = BakingAfterSteps();

        var begun = RolloutPlan.Next(baking with { Candidate = third }, Situation() with { Analysis = Analysis(Verdict.Undecided) }, Now);

        Assert.Equal(DecisionKind.StepStarted, begun.Decision!.Kind);
        Assert.EndsWith($" The bake of revision {New.Name} ends with it.", begun.Decision.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100L, null, "Metric \"errors\" has too few samples.")]
    [InlineData(null, 20, "Metric \"errors\" is within its threshold, and not shown to be: an arm has fewer than the 20 effective keys that this takes, and more requests of the same keys don't help.")]
    [InlineData(null, null, "Metric \"errors\" is within its threshold, and has to be shown to be by more samples.")]
    public void Step_LacksData_SaysWhatIsMissing(long? samples, int? keys, string expected)
    {
        var metric = Analysis(Verdict.Undecided, lacksData: true).Metrics[0] with { SamplesNeeded = samples, KeysNeeded = keys };
        var lacking = Situation() with { Analysis = new() { Verdict = Verdict.Undecided, Deciding = metric, Metrics = [metric] } };

        Assert.Equal(expected, Next(At("half", Now, traffic: 500), lacking).Waits!.Message);
        Assert.EndsWith(expected, Next(At("half", Now, traffic: 500), lacking, Now.AddDays(1)).Waits!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_NothingArrives_SaysWhatMayBeTheCause()
    {
        _spec.Steps[0].MinRequests = 60;
        var late = Now.AddSeconds(61);
        string Words(ShadowEvidence shadow) => Next(At("shadow", Now), Situation() with { Evidence = Evidence.None with { Shadow = shadow } }, late).Waits!.Message;

        Assert.Equal("Step \"shadow\" has not seen 60 requests yet.", Words(ShadowEvidence.None with { Pairs = 5, Repeated = 4 }));
        Assert.Contains("five of its key", Words(ShadowEvidence.None with { Pairs = 5, Repeated = 295 }), StringComparison.Ordinal);
        Assert.Contains("`analysis.maxShadowCostPermille` or the number at once was used up", Words(ShadowEvidence.None with { Pairs = 5, Skipped = 295 }), StringComparison.Ordinal);
        _spec.Analysis.MaxShadowCostPermille = 0;
        Assert.Contains("Nothing is compared, since `analysis.maxShadowCostPermille` is 0.", Words(ShadowEvidence.None), StringComparison.Ordinal);

        var passed = Analysis(Verdict.Pass).Metrics[0] with { StableKeys = 6, CandidateKeys = 0 };
        var unkeyed = Situation() with { Analysis = new() { Verdict = Verdict.Pass, Metrics = [passed] } };
        Assert.EndsWith("none falls to the candidate at this weight.", Next(At("little", Now, traffic: 10), unkeyed, late).Waits!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trip_NotShownToBeItsFault_TakesTrafficAwayAndWaitsForADirective()
    {
        var tripped = Situation() with { Trip = new("errors", "9 of 10 failed", Now) { IsCandidates = false } };

        var withheld = Next(At("half", Now, traffic: 500), tripped);
        Assert.Equal((DecisionKind.Withheld, RolloutReasons.HardLimitUnconfirmed, true), (withheld.Decision!.Kind, withheld.Waits!.Reason, withheld.IsOverdue));
        Assert.Equal((Old.Name, New.Name, 0), Arms(withheld));
        var waiting = Next(withheld.Roles.Candidate!, tripped, Now.AddDays(1));
        Assert.Equal((null, RolloutReasons.HardLimitUnconfirmed, true), (waiting.Decision, waiting.Waits!.Reason, waiting.IsOverdue));
        Assert.Contains("9 of 10 failed", waiting.Waits.Message, StringComparison.Ordinal);

        AssertRejected(Next(waiting.Roles.Candidate!, tripped with { Trip = tripped.Trip! with { IsCandidates = true } }), RolloutReasons.HardLimitExceeded);
        Direct(DirectiveAction.Abort);
        AssertRejected(Next(waiting.Roles.Candidate!, tripped), RolloutReasons.Aborted);
        Direct(DirectiveAction.Retry);
        var again = Next(waiting.Roles.Candidate!, tripped).Roles.Candidate!;
        Assert.Equal((RevisionState.Placing, 2, 2), (again.State, again.Try, again.Rollout.Attempt));
        Direct(DirectiveAction.PromoteNow);
        var promoted = Next(waiting.Roles.Candidate!, tripped).Roles.Stable!;
        Assert.Equal((New.Name, 2), (promoted.Name, promoted.Rollout.Attempt));

        void Direct(DirectiveAction action) => _spec.Directives = [new() { Revision = New.Name, Action = action }];
    }

    [Fact]
    public void Trip_InABakeAndNotShownToBeItsFault_TheReplacedGetsAllAndItWaits()
    {
        var tripped = Situation() with { Trip = new("errors", "9 of 10 failed", Now) { IsCandidates = false } };

        var withheld = RolloutPlan.Next(Baking(), tripped, Now);
        Assert.Equal((Old.Name, New.Name, 0), Arms(withheld));
        Assert.Equal(RolloutReasons.HardLimitUnconfirmed, withheld.Waits!.Reason);
        Assert.Contains("`PromoteNow` ends its bake", withheld.Waits.Message, StringComparison.Ordinal);
        // Its time does not run out meanwhile.
        Assert.Equal((Old.Name, New.Name, 0), Arms(RolloutPlan.Next(withheld.Roles, tripped, Now.AddDays(1))));

        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Retry }];
        var again = RolloutPlan.Next(withheld.Roles, tripped, Now.AddDays(1)).Roles.Stable!;
        Assert.Equal((2, 2, 980, Now.AddDays(1).AddSeconds(600)), (again.Try, again.Rollout.Attempt, again.Rollout.TrafficPermille, again.Rollout.BakesUntil));

        // What the spec does not ask for any more is not waited for.
        var third = Of(300, RevisionState.Placing, 9) with { CandidateSince = Now };
        var replaced = RolloutPlan.Next(withheld.Roles with { Candidate = third }, tripped, Now);
        Assert.Equal((RevisionState.Returning, RolloutReasons.HardLimitUnconfirmed), (replaced.Roles.Stable!.State, replaced.Decision!.Reason));
    }

    [Fact]
    public void Trip_InABakeThatADirectiveBegan_AnotherOneEndsIt()
    {
        var tripped = Situation() with { Trip = new("errors", "9 of 10 failed", Now) { IsCandidates = false } };
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.PromoteNow }];
        var withheld = RolloutPlan.Next(Next(At("half", Now, traffic: 500), Situation()).Roles, tripped, Now);

        var waiting = RolloutPlan.Next(withheld.Roles, tripped, Now);
        Assert.Equal((RevisionState.Baking, 0), (waiting.Roles.Stable!.State, waiting.Roles.Stable.Rollout.TrafficPermille));
        Assert.Contains("`Approve` with `step: bake` ends its bake", waiting.Waits!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("`PromoteNow`", waiting.Waits.Message, StringComparison.Ordinal);

        _spec.Directives = [.. _spec.Directives, new() { Revision = New.Name, Action = DirectiveAction.Approve, Step = StepSpec.Bake }];
        var ended = RolloutPlan.Next(withheld.Roles, tripped, Now);
        Assert.Equal((RevisionState.Stable, DecisionKind.Baked), (ended.Roles.Stable!.State, ended.Decision!.Kind));
    }

    [Fact]
    public void Directives_ThatAreAskedFor_AreOfTheTryThatItIsAt()
    {
        var second = At("half", Now, traffic: 500) with { Try = 2 };
        var tripped = Situation() with { Trip = new("errors", "9 of 10 failed", Now) { IsCandidates = false } };

        Assert.EndsWith("waits for a directive `Approve`.", Next(second with { Try = 1 }, Situation()).Waits!.Message, StringComparison.Ordinal);
        Assert.EndsWith("waits for a directive `Approve` with `attempt: 2`.", Next(second, Situation()).Waits!.Message, StringComparison.Ordinal);
        var decide = Next(second, tripped).Waits!.Message;
        Assert.Contains("`Retry` with `attempt: 3`", decide, StringComparison.Ordinal);
        Assert.Contains("`PromoteNow` with `attempt: 2`", decide, StringComparison.Ordinal);
        Assert.Equal("`Approve` with `step: bake` and `attempt: 2`", Directives.Ask(DirectiveAction.Approve, 2, StepSpec.Bake));
    }

    [Theory]
    [InlineData("half")]
    [InlineData(null)]
    public void SpecCantBeMet_TheCandidateStaysWhereItIs_AndItsGuardsAreArmed(string? step)
    {
        _spec.Steps[2].Approval = Approval.NotRequired;
        var candidate = step is null ? New : At(step, Now, traffic: 500);
        var unmet = Situation() with { SpecProblem = new(Reasons.InvalidSpec, "The spec is not valid.") };

        var outcome = Next(candidate, unmet, Now.AddDays(1));

        Assert.Equal((candidate.State, step, Reasons.InvalidSpec), (outcome.Roles.Candidate!.State, outcome.Roles.Candidate.Rollout.Step, outcome.Waits!.Reason));
        Assert.Equal(candidate.Rollout.TrafficPermille, outcome.Roles.Candidate.Rollout.TrafficPermille);
        AssertRejected(Next(candidate, unmet with { Analysis = Analysis(Verdict.Fail) }), "ErrorRateRegression");
        _spec.Directives = [new() { Revision = New.Name, Action = DirectiveAction.Abort }];
        AssertRejected(Next(candidate, unmet), RolloutReasons.Aborted);
    }

    [Fact]
    public void Directives_OfAnEarlierTry_SayNothingOfThisOne()
    {
        var second = At("half", Now, traffic: 500) with { Try = 2 };
        _spec.Directives =
        [
            new() { Revision = New.Name, Action = DirectiveAction.Approve, Step = "half" },
            new() { Revision = New.Name, Action = DirectiveAction.PromoteNow },
            new() { Revision = New.Name, Action = DirectiveAction.Abort },
        ];
        Assert.Equal(Reasons.AwaitingApproval, Next(second, Situation()).Waits!.Reason);

        foreach (var directive in _spec.Directives)
            directive.Attempt = 2;
        AssertRejected(Next(second, Situation()), RolloutReasons.Aborted);
        _spec.Directives.RemoveAt(2);
        Assert.Equal(New.Name, Next(second, Situation()).Roles.Stable!.Name);
    }

    [Theory]
    [InlineData("shadow", PassWhen.Estimated)]
    [InlineData("half", PassWhen.Shown)]
    [InlineData("gone", PassWhen.Shown)]
    public void PassRule_OfASpecThatSaysNothing_IsShownWhereAllTrafficComesNext(string step, object expected) =>
        Assert.Equal(expected, PassRule.Of(_spec, At(step, Now, traffic: step == "shadow" ? 0 : 500)));

    [Fact]
    public void PassRule_OfABake_IsShownWithSteps_AndTheSpecDecidesForSteps()
    {
        Assert.Equal(PassWhen.Shown, PassRule.Of(_spec, BakingAfterSteps().Stable!));
        _spec.Steps[2].PassWhen = PassWhen.Estimated;
        Assert.Equal(PassWhen.Estimated, PassRule.Of(_spec, At("half", Now)));
        Assert.Equal(PassWhen.Estimated, PassRule.Of(_spec, Baking().Stable!));
    }

    [Fact]
    public void Bake_LongerThanRetention_KeepsTheReplacedUntilItsEnd()
    {
        var roles = RevisionPlan.Expire(Baking(), new(TimeSpan.Zero, TimeSpan.Zero) { Revisions = 0, InTheWay = _ => true }, _ => true, Now.AddSeconds(300));

        Assert.Single(roles.Retained);
    }

    private RevisionRoles BakingAfterSteps()
    {
        _spec.Steps[2].Approval = Approval.NotRequired;
        return RolloutPlan.Next(Next(At("half", Now, traffic: 500), Situation()).Roles, Situation(), Now).Roles;
    }

    private RevisionRoles Baking()
    {
        _spec.Steps = [];
        var roles = Next(Next(New, Situation()).Roles.Candidate!, Situation()).Roles;
        roles = RolloutPlan.Next(roles, Situation(), Now).Roles;
        Assert.NotNull(roles.Stable!.Rollout.BakesUntil);
        return roles;
    }

    private RolloutSituation Situation(long requests = 0, long compared = 0) => new()
    {
        Spec = _spec,
        Acknowledged = true,
        IsServed = true,
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
        State = RevisionState.AtStep,
        Rollout = new() { Step = step, StepSince = since, TrafficPermille = traffic, MirrorPermille = step == "shadow" ? 200 : 0 },
    };

    private static void AssertRejected(RolloutOutcome outcome, string reason)
    {
        Assert.Null(outcome.Roles.Candidate);
        Assert.Equal(Old.Name, outcome.Roles.Stable!.Name);
        var rejected = outcome.Roles.All.Single(r => r.Name == New.Name);
        Assert.True(rejected.IsRejected);
        Assert.Equal(reason, rejected.Verdict!.Reason);
        Assert.Equal((DecisionKind.Rejected, reason), (outcome.Decision!.Kind, outcome.Decision.Reason));
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

    private static Revision Of(int timeout, RevisionState state, long sequence)
    {
        var snapshot = new RevisionSnapshot
        {
            Policy = new RouterPolicy { RequestTimeoutMilliseconds = timeout },
            Tiers = [new() { Name = "cache", Cache = new(1024, 60) }],
        };
        return new() { Name = snapshot.Hash(), State = state, Sequence = sequence, Snapshot = snapshot };
    }
}
