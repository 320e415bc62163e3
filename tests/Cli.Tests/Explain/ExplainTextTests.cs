using Rerank.Cli.Explain;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;
using Rerank.TestKit;

namespace Rerank.Cli.Tests.Explain;

public sealed class ExplainTextTests
{
    [Theory]
    [InlineData("rolling", "f6e5d4c3b2")]
    [InlineData("rejected", "f6e5d4c3b2")]
    [InlineData("baking", "f6e5d4c3b2")]
    [InlineData("waiting", "f6e5d4c3b2")]
    [InlineData("withheld", "f6e5d4c3b2")]
    [InlineData("tripped", "f6e5d4c3b2")]
    [InlineData("placing", "f6e5d4c3b2")]
    public void Render_Case_IsTheGoldenText(string name, string revision)
    {
        var stored = Sample.Revisions().First(known => known.Name == revision);

        Golden.Equal(
            Sample.PathOf(name, "explain.txt"),
            ExplainText.Render(new(Sample.Pipeline(name), revision, Sample.Report(name), stored), Sample.Now, Style.Plain));
    }

    [Fact]
    public void Render_EngineWasRejected_SaysThatItWasTheImages()
    {
        const string Revision = "f6e5d4c3b2";
        var pipeline = Sample.Pipeline("rolling");
        var told = new Condition { Type = "EngineCurrent", Status = "False", Reason = "EngineRejected", Message = $"Revision {Revision} tried the operator's images of router and host." };
        var rejected = new RejectedStatus { Revision = Revision, Reason = "HardLimitExceeded", Time = Sample.Now };
        pipeline = pipeline with { Status = pipeline.Status with { Candidate = null, Analysis = null, Rejected = [rejected], Conditions = [told] } };

        var text = ExplainText.Render(new(pipeline, Revision, null, null), Sample.Now, Style.Plain);

        Assert.Contains("EngineRejected: Revision f6e5d4c3b2 tried the operator's images", text, StringComparison.Ordinal);
        Assert.Contains("The pipeline keeps the images that it has", text, StringComparison.Ordinal);
        Assert.DoesNotContain("apply the pipeline as it was", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_BakeIsPaused_SaysSo()
    {
        var text = Explained("waiting", rollout => rollout with { Directives = [new() { Revision = "f6e5d4c3b2", Action = "Pause" }] });

        Assert.Contains("It is paused in its bake by a directive: `kubectl rerank resume search`", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_PauseOfAnotherAttempt_IsNotToldOf() => Assert.DoesNotContain(
        "paused", Explained("waiting", rollout => rollout with { Directives = [new() { Revision = "f6e5d4c3b2", Action = "Pause", Attempt = 2 }] }), StringComparison.Ordinal);

    [Fact]
    public void Render_BakeIsReturnedAtItsDeadline_OffersNoApproval()
    {
        var text = Explained("waiting", rollout => rollout with { Analysis = rollout.Analysis with { NoData = new() { DeadlineSeconds = 7200, OnDeadline = "Rollback" } } });

        Assert.Contains("(2030-01-02T05:01:00Z, in 116m); then it is returned by itself", text, StringComparison.Ordinal);
        Assert.DoesNotContain("kubectl rerank approve", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, 0, "maxShadowCostPermille` is 0")]
    [InlineData(200, 9000, 10, "9 000 that were chosen don't count: the same request had been compared shortly before, or five of its key")]
    [InlineData(200, 10, 9000, "9 000 that were chosen were not compared")]
    public void Render_ShadowThatComparesLittle_SaysWhy(int cost, int repeated, int skipped, string expected)
    {
        var report = Sample.Report("rolling")! with { RepeatedRequests = repeated, SkippedRequests = skipped, Path = [] };
        var pipeline = Changed("rolling", rollout => rollout with { Analysis = rollout.Analysis with { MaxShadowCostPermille = cost } });
        pipeline = pipeline with { Status = pipeline.Status with { Analysis = null, Candidate = pipeline.Status.Candidate! with { Step = "shadow" } } };

        Assert.Contains(expected, ExplainText.Render(new(pipeline, "f6e5d4c3b2", report, null), Sample.Now, Style.Plain), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_NoKeyFallsToTheCandidate_SaysSo()
    {
        var report = Sample.Report("rolling")!;
        report = report with { Metrics = [.. report.Metrics.Select(metric => metric with { StableKeys = 6, CandidateKeys = 0 })] };

        var text = ExplainText.Render(new(Sample.Pipeline("rolling"), "f6e5d4c3b2", report, null), Sample.Now, Style.Plain);

        Assert.Contains("none falls to the candidate at 5 %", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_BakeEndedByALaterCandidate_IsNotJudgedAnyMore()
    {
        var pipeline = Sample.Pipeline("waiting");
        pipeline = pipeline with { Status = pipeline.Status with { Stable = pipeline.Status.Stable! with { BakesUntilTime = null, Attempt = null } } };

        var text = ExplainText.Render(new(pipeline, "f6e5d4c3b2", Sample.Report("waiting"), null), Sample.Now, Style.Plain);

        Assert.Contains("it is not judged any more; its verdict was Undecided", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_RevisionThatOnlyHistoryKnows_GivesItsVerdict()
    {
        var stored = Sample.Revisions().First(known => known.Name == "cccccccccc");

        var text = ExplainText.Render(new(Sample.Pipeline("rolling"), stored.Name, null, stored), Sample.Now, Style.Plain);

        Assert.Contains("Rejected 40h ago: ErrorRate: errors +3 pp", text, StringComparison.Ordinal);
        Assert.Contains("No report is kept", text, StringComparison.Ordinal);
    }

    private static string Explained(string name, Func<RolloutSpec, RolloutSpec> change) =>
        ExplainText.Render(new(Changed(name, change), "f6e5d4c3b2", Sample.Report(name), null), Sample.Now, Style.Plain);

    private static Pipeline Changed(string name, Func<RolloutSpec, RolloutSpec> change)
    {
        var pipeline = Sample.Pipeline(name);
        return pipeline with { Spec = pipeline.Spec with { Rollout = change(pipeline.Spec.Rollout) } };
    }
}
