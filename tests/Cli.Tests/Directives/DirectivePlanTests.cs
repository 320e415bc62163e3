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
    public void ForRetry_WhatLostItsTrafficToAnUnconfirmedLimit_GetsAnotherTry()
    {
        var context = Context("rolling");
        var status = context.Pipeline.Status;
        var stalled = new Condition { Type = "Stalled", Status = "True", Reason = "HardLimitUnconfirmed", Message = "", LastTransitionTime = Sample.Now };
        context = context with { Pipeline = context.Pipeline with { Status = status with { Conditions = [.. status.Conditions.Where(c => c.Type != "Stalled"), stalled] } } };

        Assert.Equal([new() { Revision = Candidate, Action = "Retry", Attempt = 2 }], DirectivePlan.ForRetry(context, revision: null).Directives);
    }

    [Theory]
    [InlineData("a1", "is not rejected")]
    [InlineData("9", "has no revision \"9\"")]
    public void ForRetry_RevisionThatIsNotRejected_SaysSo(string revision, string expected) => Assert.Contains(
        expected, Assert.Throws<CommandFailure>(() => DirectivePlan.ForRetry(Context("rejected"), revision)).Message, StringComparison.Ordinal);

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

    private static DirectiveContext Context(string sample, params DirectiveSpec[] kept)
    {
        var pipeline = Sample.Pipeline(sample);
        return new(pipeline, kept, [.. RevisionName.KnownOf(pipeline, Sample.Revisions())], Sample.Now);
    }
}
