using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;

namespace Rerank.Operator.Tests.Analysis;

public sealed class RolloutJudgeTests
{
    private static readonly MetricSpec Errors = new() { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 10 };
    private static readonly MetricSpec Overlap = new() { Name = "overlap", Type = MetricType.TopKOverlap, MinPermille = 900 };
    private static readonly MetricSpec Slow = new() { Name = "p99", Type = MetricType.LatencyQuantile, QuantilePermille = 990, MaxRatioPermille = 1250 };
    private static readonly MetricSpec Shift = new() { Name = "shift", Type = MetricType.ScoreShift, MaxPSIMilli = 250 };
    private static readonly MetricSpec Orders = new() { Name = "orders", Type = MetricType.Prometheus, MaxDeltaPermille = 20, Prometheus = new() };

    [Theory]
    [InlineData(1000, 3, 1000, 4, nameof(Verdict.Pass), "error rate 0.40 % against stable's 0.30 %, worse by 0.10 points (-", " 1.00 allowed")]
    [InlineData(1000, 3, 1000, 100, nameof(Verdict.Fail), "error rate 10.00 % against stable's 0.30 %, worse by 9.70 points (", ": shown to be worse than allowed")]
    [InlineData(1000, 3, 100, 2, nameof(Verdict.Undecided), "error rate 2.00 % against", ": seems worse than allowed, and may be chance")]
    [InlineData(1000, 3, 37, 0, nameof(Verdict.Undecided), "needs 63 more requests of the candidate; so far error rate 0.00 %", " 1.00 allowed")]
    [InlineData(90, 0, 37, 0, nameof(Verdict.Undecided), "needs 63 more requests of the candidate and 10 more requests of stable; so far", " 1.00 allowed")]
    [InlineData(0, 0, 0, 0, nameof(Verdict.Undecided), "needs 100 more requests of the candidate", " of stable")]
    [InlineData(1000, 3, 37, 30, nameof(Verdict.Fail), "error rate 81.08 %", "")]
    public void Judge_ErrorRate_HasThreeVerdicts(long stable, long stableErrors, long candidate, long errors, string verdict, string starts, string ends)
    {
        var result = Judge([Errors], Evidence(Arm(stable, stableErrors), Arm(candidate, errors)));

        var metric = Assert.Single(result.Metrics);
        Assert.Equal((verdict, verdict), ($"{result.Verdict}", $"{metric.Verdict}"));
        Assert.StartsWith(starts, metric.Message, StringComparison.Ordinal);
        Assert.EndsWith(ends, metric.Message, StringComparison.Ordinal);
        Assert.Equal((stable, candidate), (metric.StableSamples, metric.CandidateSamples));
        Assert.Equal(verdict == nameof(Verdict.Undecided) && Math.Min(stable, candidate) < 100, result.LacksData);
        Assert.Equal(verdict == nameof(Verdict.Pass) ? null : metric, result.Deciding);
    }

    [Fact]
    public void Judge_MoreErrorsThanRequests_IsAllOfThem()
    {
        var metric = Assert.Single(Judge([Errors], Evidence(Arm(1000, 1), Arm(100, 101))).Metrics);

        Assert.Equal(1, metric.Candidate);
    }

    [Theory]
    [InlineData(0, nameof(Verdict.Pass))]
    [InlineData(32, nameof(Verdict.Fail))]
    public void Judge_Latency_ComparesTheQuantiles(int steps, string verdict)
    {
        ArmEvidence Timed(int shift) => Arm(3000, 0) with
        {
            Latency = new(Enumerable.Range(0, 30).ToDictionary(i => 150 + i + shift, i => 100L)),
        };

        var metric = Assert.Single(Judge([Slow], Evidence(Timed(0), Timed(steps))).Metrics);

        Assert.Equal(verdict, $"{metric.Verdict}");
        Assert.Equal(Math.Pow(2, steps / 16.0), metric.Estimate!.Value, 1e-9);
        Assert.Equal(Math.Pow(2, 6 / 16.0), metric.Threshold, 1e-9);
        Assert.InRange(metric.Estimate.Value, metric.Lower!.Value, metric.Upper!.Value);
        Assert.Contains($"against stable's {1000 * metric.Stable:0.0} ms, {metric.Estimate:0.00} times as long", metric.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(95, 1000, nameof(Verdict.Pass), "mean overlap of the first 10 places 0.950 (")]
    [InlineData(80, 1000, nameof(Verdict.Fail), "mean overlap of the first 10 places 0.800 (")]
    [InlineData(95, 40, nameof(Verdict.Undecided), "needs 60 more compared requests; so far mean overlap")]
    [InlineData(95, 0, nameof(Verdict.Undecided), "needs 100 more compared requests")]
    public void Judge_Overlap_ComparesWithTheFloor(int hundredths, long pairs, string verdict, string starts)
    {
        var metric = Assert.Single(Judge([Overlap], Compared(hundredths, pairs)).Metrics);

        Assert.Equal(verdict, $"{metric.Verdict}");
        Assert.StartsWith(starts, metric.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, nameof(Verdict.Pass))]
    [InlineData(20, nameof(Verdict.Fail))]
    public void Judge_ScoreShift_ComparesTheBestScores(int moved, string verdict)
    {
        ArmEvidence Scored(int shift) => Arm(0, 0) with { TopScore = new(Enumerable.Range(0, 40).ToDictionary(i => i + shift, _ => 100L)) };

        var metric = Assert.Single(Judge([Shift], Evidence(Scored(0), Scored(moved))).Metrics);

        Assert.Equal(verdict, $"{metric.Verdict}");
        Assert.Contains("Kolmogorov-Smirnov distance of 0.", metric.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_DegradedAnswers_AreAShareOfRequests()
    {
        var metric = new MetricSpec { Name = "degraded", Type = MetricType.DegradedShare, MaxDeltaPermille = 50 };

        Assert.Equal(Verdict.Fail, Judge([metric], Evidence(Arm(1000, 0), Arm(1000, 0) with { Degraded = 300 })).Verdict);
    }

    [Theory]
    [InlineData(nameof(FeedbackMeasure.ClickShare), 200, nameof(Verdict.Fail))]
    [InlineData(nameof(FeedbackMeasure.ClickShare), 800, nameof(Verdict.Pass))]
    [InlineData(nameof(FeedbackMeasure.MeanReciprocalRank), 200, nameof(Verdict.Fail))]
    [InlineData(nameof(FeedbackMeasure.MeanReciprocalRank), 800, nameof(Verdict.Pass))]
    public void Judge_Feedback_IsBetterWhenHigher(string measure, long clicked, string verdict)
    {
        var metric = new MetricSpec { Name = "clicks", Type = MetricType.Feedback, MaxDeltaPermille = 50, Measure = Enum.Parse<FeedbackMeasure>(measure) };
        ArmEvidence Clicked(long count) => Arm(1000, 0) with
        {
            Feedback = FeedbackEvidence.None with { Answers = 1000, Clicked = count, FirstRank = new(new Dictionary<int, long> { [0] = 1000 - count, [1] = count }) },
        };

        var result = Assert.Single(Judge([metric], Evidence(Clicked(700), Clicked(clicked))).Metrics);

        Assert.Equal(verdict, $"{result.Verdict}");
        Assert.Equal((0.7, clicked / 1000.0), (result.Stable, result.Candidate));
        Assert.Equal(0.7 - clicked / 1000.0, result.Estimate!.Value, 1e-9);
    }

    [Theory]
    [InlineData(nameof(MetricDirection.HigherIsBetter), nameof(Verdict.Fail))]
    [InlineData(nameof(MetricDirection.LowerIsBetter), nameof(Verdict.Pass))]
    public void Judge_Prometheus_FollowsItsDirection(string direction, string verdict)
    {
        var metric = new MetricSpec { Name = "orders", Type = MetricType.Prometheus, MaxDeltaPermille = 20, Prometheus = new() { Direction = Enum.Parse<MetricDirection>(direction) } };

        Assert.Equal(verdict, $"{Judge([metric], Rerank.Operator.Analysis.Evidence.None, external: new(new(900, 1000), new(600, 1000), null)).Verdict}");
    }

    public static TheoryData<long, long, string> Malformed => new()
    {
        { -1, 10, "its source counts -1 successes of 10 trials of the candidate" },
        { 11, 10, "its source counts 11 successes of 10 trials of the candidate" },
        { 0, -1, "its source counts 0 successes of -1 trials of the candidate" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Judge_CountsThatCannotBe_AreAnErrorOfTheSource(long successes, long trials, string error)
    {
        var result = Judge([Orders], Rerank.Operator.Analysis.Evidence.None, external: new(new(10, 10), new(successes, trials), null));

        Assert.Equal((Verdict.Undecided, true, false), (result.Verdict, result.SourceFailed, result.LacksData));
        Assert.Equal((error, error), (result.Deciding!.SourceError, result.Deciding.Message));
    }

    [Fact]
    public void Judge_SourceFailedOrSilent_IsUndecided()
    {
        Assert.Equal("timeout", Judge([Orders], Rerank.Operator.Analysis.Evidence.None, external: ExternalCounts.Failed("timeout")).Deciding!.SourceError);
        Assert.Equal("its source gave no counts", Judge([Orders], Rerank.Operator.Analysis.Evidence.None, external: new(null, new(1, 2), null)).Deciding!.SourceError);
        Assert.NotNull(RolloutJudge.Judge(Spec(Orders), Rerank.Operator.Analysis.Evidence.None, true, true, new Dictionary<string, ExternalCounts>()).Deciding!.SourceError);
    }

    [Fact]
    public void Judge_MetricNotAskedInThisStep_PassesWithoutDataAndCanFail()
    {
        var quiet = Judge([Errors, Overlap, Shift, Orders], Rerank.Operator.Analysis.Evidence.None, hasTraffic: false, hasMirror: false);
        Assert.Equal((Verdict.Pass, false, false), (quiet.Verdict, quiet.LacksData, quiet.SourceFailed));
        Assert.All(quiet.Metrics, metric => Assert.Equal((Verdict.Pass, "not measured at this step"), (metric.Verdict, metric.Message)));

        var shadow = Judge([Errors, Overlap, Shift], Compared(95, 500), hasTraffic: false);
        Assert.Equal("shift", shadow.Deciding!.Name);
        var bake = Judge([Overlap], Compared(80, 500), hasMirror: false);
        Assert.Equal(Verdict.Fail, bake.Verdict);
    }

    [Fact]
    public void Judge_SeveralMetrics_FirstFailedThenFirstUndecidedDecides()
    {
        var evidence = Evidence(Arm(1000, 0), Arm(1000, 500)) with { Shadow = Compared(80, 500).Shadow };

        Assert.Equal("errors", Judge([Overlap, Shift, Errors], evidence).Deciding!.Name);
        Assert.Equal("p99", Judge([Shift, Slow, Errors], Evidence(Arm(1000, 0), Arm(1000, 0))).Deciding!.Name);
        Assert.Equal(["errors", "overlap", "shift"], Judge([Overlap, Shift, Errors], evidence).Metrics.Select(metric => metric.Name));
    }

    [Fact]
    public void Judge_AdvisedMetric_NeverDecides()
    {
        var advised = new MetricSpec { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 10, Mode = MetricMode.Advise };

        var result = Judge([advised, Overlap], Evidence(Arm(1000, 0), Arm(1000, 500)) with { Shadow = Compared(95, 500).Shadow });

        Assert.Equal((Verdict.Pass, Verdict.Fail), (result.Verdict, result.Metrics[0].Verdict));
        Assert.False(Judge([advised], Rerank.Operator.Analysis.Evidence.None).LacksData);
    }

    [Fact]
    public void Judge_Alpha_IsSplitOverTheEnforced()
    {
        var advised = new MetricSpec { Name = "advised", Type = MetricType.ErrorRate, MaxDeltaPermille = 10, Mode = MetricMode.Advise };
        var spec = Spec(Errors, Overlap, Shift, Slow, advised);
        spec.FalseRollbackPermille = 20;

        var result = RolloutJudge.Judge(spec, Rerank.Operator.Analysis.Evidence.None, true, true, new Dictionary<string, ExternalCounts>());

        Assert.All(result.Metrics, metric => Assert.Equal(0.005, metric.Alpha));
    }

    [Fact]
    public void Judge_NoMetrics_Passes() => Assert.Equal(Verdict.Pass, Judge([], Rerank.Operator.Analysis.Evidence.None).Verdict);

    private static AnalysisResult Judge(
        MetricSpec[] metrics, Evidence evidence, bool hasTraffic = true, bool hasMirror = true, ExternalCounts? external = null) => RolloutJudge.Judge(
        Spec(metrics), evidence, hasTraffic, hasMirror, external is null ? new Dictionary<string, ExternalCounts>() : new() { ["orders"] = external });

    private static AnalysisSpec Spec(params MetricSpec[] metrics) => new() { Metrics = [.. metrics] };

    private static Evidence Evidence(ArmEvidence stable, ArmEvidence candidate) => new() { Stable = stable, Candidate = candidate, Shadow = ShadowEvidence.None };

    private static ArmEvidence Arm(long requests, long errors) => ArmEvidence.None with { Requests = requests, Errors = errors };

    private static Evidence Compared(int hundredths, long pairs) => Rerank.Operator.Analysis.Evidence.None with
    {
        Shadow = ShadowEvidence.None with { Pairs = pairs, Overlap = new(new Dictionary<int, long> { [hundredths] = pairs }) },
    };
}
