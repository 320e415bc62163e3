using Rerank.Cli.Pipelines;
using Rerank.Cli.Status;

namespace Rerank.Cli.Tests.Status;

public sealed class StepProgressTests
{
    [Fact]
    public void Of_LaterStep_CountsTheStepsOwnRequests()
    {
        var report = Sample.Report("rolling")!;
        var earlier = report.Path[1] with { CandidateRequests = 36 };

        var progress = StepProgress.Of(Sample.Pipeline("rolling"), report with { Path = [report.Path[0], earlier, .. report.Path.Skip(2)] }, Sample.Now)!;

        Assert.Equal((2, 3, 800L, 485L), (progress.Number, progress.Count, progress.Requests, progress.Seconds));
        Assert.True(progress.WaitsForApproval);
    }

    [Fact]
    public void Of_WithoutReport_TakesTheRoundedCountsOfTheStatus() =>
        Assert.Equal(840, StepProgress.Of(Sample.Pipeline("rolling"), report: null, Sample.Now)!.Requests);

    [Fact]
    public void Of_StepWithoutTraffic_CountsComparedRequests()
    {
        var pipeline = Sample.Pipeline("rolling");
        pipeline = pipeline with { Status = pipeline.Status with { Candidate = pipeline.Status.Candidate! with { Step = "shadow" } } };

        Assert.Equal(3400, StepProgress.Of(pipeline, report: null, Sample.Now)!.Requests);
    }

    [Fact]
    public void Of_StepApproved_WaitsForNothing()
    {
        var pipeline = Sample.Pipeline("rolling");
        DirectiveSpec approval = new() { Revision = "f6e5d4c3b2", Action = "Approve", Step = "canary" };
        pipeline = pipeline with { Spec = pipeline.Spec with { Rollout = pipeline.Spec.Rollout with { Directives = [approval] } } };

        Assert.False(StepProgress.Of(pipeline, report: null, Sample.Now)!.WaitsForApproval);
    }

    [Fact]
    public void Of_StepApprovedForAnotherAttempt_WaitsAllTheSame()
    {
        var pipeline = Sample.Pipeline("rolling");
        DirectiveSpec approval = new() { Revision = "f6e5d4c3b2", Action = "Approve", Step = "canary", Attempt = 2 };
        pipeline = pipeline with { Spec = pipeline.Spec with { Rollout = pipeline.Spec.Rollout with { Directives = [approval] } } };

        Assert.True(StepProgress.Of(pipeline, report: null, Sample.Now)!.WaitsForApproval);
    }

    [Fact]
    public void Of_StepThatTheSpecNoLongerHas_IsNothing()
    {
        var pipeline = Sample.Pipeline("rolling");
        pipeline = pipeline with { Spec = pipeline.Spec with { Rollout = new() } };

        Assert.Null(StepProgress.Of(pipeline, report: null, Sample.Now));
    }
}
