using Rerank.Cli.Directives;
using Rerank.Cli.Pipelines;

namespace Rerank.Cli.Tests.Directives;

public sealed class DirectivePlanTests
{
    private const string Candidate = "f6e5d4c3b2";
    private const string Other = "cccccccccc";

    [Fact]
    public void ForApprove_StepOfTheStatus_IsApprovedBesideWhatWasSaidBefore()
    {
        DirectiveSpec before = new() { Revision = Other, Action = "Abort" };

        var plan = DirectivePlan.ForApprove(Context("rolling", before), step: null);

        Assert.Equal([before, new() { Revision = Candidate, Action = "Approve", Step = "canary" }], plan.Directives);
    }

    [Fact]
    public void ForApprove_Twice_ChangesNothing()
    {
        var first = DirectivePlan.ForApprove(Context("rolling"), step: null);

        var second = DirectivePlan.ForApprove(Context("rolling", [.. first.Directives]), step: null);

        Assert.Equal(first.Directives, second.Directives);
    }

    [Theory]
    [InlineData("half", "there is nothing to approve: step \"half\" has no `approval: Required`")]
    [InlineData("none", "has no step \"none\": it has shadow, canary, half")]
    public void ForApprove_StepThatNeedsNoApproval_SaysSo(string step, string expected) => Assert.Contains(
        expected, Assert.Throws<CommandFailure>(() => DirectivePlan.ForApprove(Context("rolling"), step)).Message, StringComparison.Ordinal);

    [Fact]
    public void ForApprove_CandidateAtNoStep_SaysSo() => Assert.Contains(
        "is at no step yet", Assert.Throws<CommandFailure>(() => DirectivePlan.ForApprove(Context("placing"), step: null)).Message, StringComparison.Ordinal);

    [Fact]
    public void WithoutCandidate_EveryVerb_SaysSo()
    {
        Func<DirectiveContext, DirectivePlan>[] verbs =
        [
            context => DirectivePlan.ForApprove(context, step: null), DirectivePlan.ForPause, DirectivePlan.ForAbort, DirectivePlan.ForPromote,
        ];

        Assert.All(verbs, verb => Assert.Contains(
            "has no candidate", Assert.Throws<CommandFailure>(() => verb(Context("rejected"))).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void ForResume_OwnPause_IsTakenBackAndTheRestStays()
    {
        DirectiveSpec approval = new() { Revision = Candidate, Action = "Approve", Step = "canary" };

        var plan = DirectivePlan.ForResume(Context("rolling", approval, new() { Revision = Candidate, Action = "Pause" }));

        Assert.Equal([approval], plan.Directives);
    }

    [Fact]
    public void ForResume_NotPaused_SaysSo() => Assert.Contains(
        "is not paused", Assert.Throws<CommandFailure>(() => DirectivePlan.ForResume(Context("rolling"))).Message, StringComparison.Ordinal);

    [Fact]
    public void ForResume_PausedByOthers_SaysWhereToGo() => Assert.Contains(
        "that others wrote", Assert.Throws<CommandFailure>(() => DirectivePlan.ForResume(Context("placing"))).Message, StringComparison.Ordinal);

    [Fact]
    public void ForPause_BakingRevision_StaysInItsBake()
    {
        var plan = DirectivePlan.ForPause(Context("baking"));

        Assert.Equal([new() { Revision = Candidate, Action = "Pause" }], plan.Directives);
        Assert.Contains("in its bake", plan.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ForAbort_BakingRevision_IsTakenOut() =>
        Assert.Equal([new() { Revision = Candidate, Action = "Abort" }], DirectivePlan.ForAbort(Context("baking")).Directives);

    [Fact]
    public void ForPromote_PausedCandidate_IsNotPausedAnyMore() => Assert.Equal(
        [new() { Revision = Candidate, Action = "PromoteNow" }],
        DirectivePlan.ForPromote(Context("rolling", new DirectiveSpec { Revision = Candidate, Action = "Pause" })).Directives);

    [Fact]
    public void ForRetry_RejectedRevision_GetsOneMoreAttemptAndLosesItsAbort()
    {
        DirectiveSpec other = new() { Revision = Other, Action = "Abort" };

        var plan = DirectivePlan.ForRetry(
            Context("rejected", other, new() { Revision = Candidate, Action = "Abort" }, new() { Revision = Candidate, Action = "Retry", Attempt = 1 }), "f6");

        Assert.Equal([other, new() { Revision = Candidate, Action = "Retry", Attempt = 2 }], plan.Directives);
        Assert.Equal("""[{"revision":"cccccccccc","action":"Abort","step":"None"},{"revision":"f6e5d4c3b2","action":"Retry","step":"None","attempt":2}]""", plan.ToJson().ToJsonString());
    }

    [Fact]
    public void ForRetry_WhatWasSaidOfEarlierTries_GoesWithThem()
    {
        var plan = DirectivePlan.ForRetry(
            Context(
                "rejected",
                new() { Revision = Candidate, Action = "PromoteNow" },
                new() { Revision = Candidate, Action = "Approve", Step = "canary" },
                new DirectiveSpec { Revision = Candidate, Action = "Pause" }),
            revision: null);

        Assert.Equal([new() { Revision = Candidate, Action = "Retry", Attempt = 2 }], plan.Directives);
    }

    [Fact]
    public void OfALaterTry_EveryVerb_NamesTheTry()
    {
        var context = Context("rolling");
        context = context with { Pipeline = context.Pipeline with { Status = context.Pipeline.Status with { Candidate = context.Pipeline.Status.Candidate! with { Attempt = 3 } } } };

        Assert.All(
            [DirectivePlan.ForApprove(context, step: null), DirectivePlan.ForPause(context), DirectivePlan.ForAbort(context), DirectivePlan.ForPromote(context)],
            plan => Assert.Equal(3, Assert.Single(plan.Directives).Attempt));
    }

    [Fact]
    public void OfABake_ApproveAndPromote_EndIt()
    {
        Assert.Equal([new() { Revision = Candidate, Action = "Approve", Step = "bake" }], DirectivePlan.ForApprove(Context("baking"), step: null).Directives);
        Assert.Equal([new() { Revision = Candidate, Action = "PromoteNow" }], DirectivePlan.ForPromote(Context("baking")).Directives);
    }

    [Fact]
    public void OfABake_ApproveAndPromote_SayWhen()
    {
        Assert.Contains("ends at its deadline (2030-01-02T05:11:00Z, in 126m)", DirectivePlan.ForApprove(Context("baking"), step: null).Message, StringComparison.Ordinal);
        Assert.Contains("ends at its deadline (2030-01-02T05:01:00Z, in 116m)", DirectivePlan.ForPromote(Context("waiting")).Message, StringComparison.Ordinal);
        var late = Context("waiting") with { Now = Sample.Now.AddHours(3) };
        Assert.EndsWith("ends now, although its analysis has not passed", DirectivePlan.ForApprove(late, step: null).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfABakeThatAPromotionBegan_OnlyAnApprovalEndsIt()
    {
        Assert.Contains("`kubectl rerank approve search` does", Refused(DirectivePlan.ForPromote, ByHand("waiting")), StringComparison.Ordinal);
        Assert.Contains("`kubectl rerank approve search` does", Refused(DirectivePlan.ForPromote, ByHand("withheld")), StringComparison.Ordinal);

        Assert.Single(DirectivePlan.ForApprove(ByHand("waiting"), step: null).Directives);
        Assert.EndsWith("in spite of the hard limit", DirectivePlan.ForApprove(ByHand("withheld"), step: null).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfABakeThatLostItsTraffic_ApprovalWouldDoNothing_AndIsRefused()
    {
        Assert.Contains("`kubectl rerank promote search` keeps it", Refused(context => DirectivePlan.ForApprove(context, step: null), Context("withheld")), StringComparison.Ordinal);
        Assert.EndsWith("in spite of the hard limit", DirectivePlan.ForPromote(Context("withheld")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfABakeThatNoDirectiveEnds_ApproveAndPromote_AreRefused()
    {
        Func<DirectiveContext, DirectivePlan>[] verbs = [context => DirectivePlan.ForApprove(context, step: null), DirectivePlan.ForPromote];

        var returned = With("waiting", rollout => rollout with { Analysis = rollout.Analysis with { NoData = new() { DeadlineSeconds = 60, OnDeadline = "Rollback" } } });
        Assert.All(verbs, verb => Assert.Contains("onDeadline: Rollback", Refused(verb, returned), StringComparison.Ordinal));
        var timed = With("waiting", rollout => rollout with { Steps = [] });
        Assert.All(verbs, verb => Assert.Contains("ends by itself when its time is over", Refused(verb, timed), StringComparison.Ordinal));
    }

    [Fact]
    public void ForRetry_WhatLostItsTrafficToAnUnconfirmedLimit_GetsAnotherTry()
    {
        var context = Context("rolling");
        var status = context.Pipeline.Status;
        var stalled = new Condition { Type = "Stalled", Status = "True", Reason = "HardLimitUnconfirmed", Message = "", LastTransitionTime = Sample.Now };
        context = context with { Pipeline = context.Pipeline with { Status = status with { Conditions = [.. status.Conditions.Where(c => c.Type != "Stalled"), stalled] } } };

        Assert.Equal([new() { Revision = Candidate, Action = "Retry", Attempt = 2 }], DirectivePlan.ForRetry(context, revision: null).Directives);
        Assert.Contains("an approval does nothing", Refused(waiting => DirectivePlan.ForApprove(waiting, step: null), context), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a1", "is not rejected")]
    [InlineData("9", "has no revision \"9\"")]
    public void ForRetry_RevisionThatIsNotRejected_SaysSo(string revision, string expected) => Assert.Contains(
        expected, Assert.Throws<CommandFailure>(() => DirectivePlan.ForRetry(Context("rejected"), revision)).Message, StringComparison.Ordinal);

    [Fact]
    public void ForRetry_TheSpecAsksForAnother_SaysThatItWouldDoNothing()
    {
        var context = Context("rejected");
        var status = context.Pipeline.Status;
        var ready = new Condition { Type = "Ready", Status = "True", Reason = "SpecServing", Message = "", LastTransitionTime = Sample.Now };
        context = context with
        {
            Pipeline = context.Pipeline with { Status = status with { ObservedGeneration = context.Pipeline.Metadata.Generation, Conditions = [.. status.Conditions.Where(c => c.Type != "Ready"), ready] } },
        };

        Assert.Contains($"asks for revision {status.Stable!.Revision}", Refused(it => DirectivePlan.ForRetry(it, revision: null), context), StringComparison.Ordinal);
    }

    [Fact]
    public void ForRetry_NothingRejected_SaysSo() => Assert.Contains(
        "has rejected no revision", Assert.Throws<CommandFailure>(() => DirectivePlan.ForRetry(Context("rolling"), null)).Message, StringComparison.Ordinal);

    [Fact]
    public void With_MoreThanAPipelineMayHave_IsRefused()
    {
        DirectiveSpec[] many = [.. Enumerable.Range(0, 32).Select(i => new DirectiveSpec { Revision = $"r{i}", Action = "Abort" })];

        Assert.Contains(
            "more than the 32", Assert.Throws<CommandFailure>(() => DirectivePlan.ForPause(Context("rolling", many))).Message, StringComparison.Ordinal);
    }

    private static string Refused(Func<DirectiveContext, DirectivePlan> verb, DirectiveContext context) => Assert.Throws<CommandFailure>(() => verb(context)).Message;

    private static DirectiveContext With(string sample, Func<RolloutSpec, RolloutSpec> change)
    {
        var context = Context(sample);
        return context with { Pipeline = context.Pipeline with { Spec = context.Pipeline.Spec with { Rollout = change(context.Pipeline.Spec.Rollout) } } };
    }

    /// <summary>As after a directive `PromoteNow`.</summary>
    private static DirectiveContext ByHand(string sample) => Context(sample) with
    {
        Stored = [.. Sample.Revisions().Select(stored => stored.Name == Candidate ? stored with { Verdict = new() { Verdict = "Promoted", Reason = "PromotedNow" } } : stored)],
    };

    private static DirectiveContext Context(string sample, params DirectiveSpec[] kept)
    {
        var pipeline = Sample.Pipeline(sample);
        return new(pipeline, kept, [.. RevisionName.KnownOf(pipeline, Sample.Revisions())], Sample.Now);
    }
}
