using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;
using Rerank.Operator.Analysis.Metrics;
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
    [InlineData(1000, 3, 1000, 4, nameof(Verdict.Pass), "error rate 0.40 % against stable's 0.30 %, worse by 0.10 points within strata (about -", " 1.00 allowed")]
    [InlineData(1000, 3, 1000, 100, nameof(Verdict.Fail), "error rate 10.00 % against stable's 0.30 %, worse by 9.70 points within strata (about ", ": shown to be worse than allowed")]
    [InlineData(1000, 3, 100, 2, nameof(Verdict.Undecided), "error rate 2.00 % against", ": seems worse than allowed, and may be chance")]
    [InlineData(1000, 3, 37, 0, nameof(Verdict.Undecided), "needs 63 more requests of the candidate; so far error rate 0.00 %", " 1.00 allowed")]
    [InlineData(90, 0, 37, 0, nameof(Verdict.Undecided), "needs 63 more requests of the candidate and 10 more requests of stable; so far", " 1.00 allowed")]
    [InlineData(0, 0, 0, 0, nameof(Verdict.Undecided), "needs 100 more requests of the candidate", " of stable")]
    [InlineData(1000, 3, 37, 30, nameof(Verdict.Fail), "error rate 81.08 %", "")]
    public void Judge_ErrorRate_HasThreeVerdicts(long stable, long stableErrors, long candidate, long errors, string verdict, string starts, string ends)
    {
        var result = Judge([Errors], Arms(stable, stableErrors, candidate, errors));

        var metric = Assert.Single(result.Metrics);
        Assert.Equal((verdict, verdict), ($"{result.Verdict}", $"{metric.Verdict}"));
        Assert.StartsWith(starts, metric.Message, StringComparison.Ordinal);
        Assert.Contains(ends, metric.Message, StringComparison.Ordinal);
        Assert.Equal((stable, candidate), (metric.StableSamples, metric.CandidateSamples));
        Assert.Equal(verdict == nameof(Verdict.Undecided) && Math.Min(stable, candidate) < 100, result.LacksData);
        Assert.Equal(verdict == nameof(Verdict.Pass) ? null : metric, result.Deciding);
    }

    [Fact]
    public void Judge_BetterThanStable_SaysSoAndThatItIsWithinStrata() =>
        Assert.Contains("better by 9.70 points within strata (about ", Assert.Single(Judge([Errors], Arms(1000, 100, 1000, 3)).Metrics).Message, StringComparison.Ordinal);

    [Fact]
    public void Judge_Passed_SaysByWhat()
    {
        Assert.EndsWith(": within it by its estimate", Assert.Single(Judge([Errors], Arms(1000, 3, 1000, 4)).Metrics).Message, StringComparison.Ordinal);
        Assert.EndsWith(": shown to be within it", Assert.Single(Judge([Errors], Arms(20_000, 100, 20_000, 100), passWhen: PassWhen.Shown).Metrics).Message, StringComparison.Ordinal);
    }

    /// <summary>Bounds are approximate and tests decide: what people see beside a verdict must not say the opposite.</summary>
    [Theory]
    [InlineData(390, 0)]
    [InlineData(1000, 3)]
    [InlineData(20_000, 100)]
    public void Judge_Shares_BoundsAgreeWithTheVerdict(long trials, long bad)
    {
        int shown = 0, beyond = 0;
        for (var errors = 0L; errors <= trials / 4; errors += Math.Max(1, trials / 400))
        {
            var metric = Assert.Single(Judge([Errors], Arms(trials, bad, trials, errors), passWhen: PassWhen.Shown).Metrics);

            Assert.True(metric.Lower is null || metric.Lower <= metric.Estimate);
            Assert.True(metric.Upper is null || metric.Upper >= metric.Estimate);
            if (metric.Verdict == Verdict.Fail)
                Assert.True(++beyond > 0 && !(metric.Lower < metric.Threshold), metric.Message);
            else
                Assert.False(metric.Lower > metric.Threshold, metric.Message);
            if (metric.Verdict == Verdict.Pass)
                Assert.True(++shown > 0 && !(metric.Upper > metric.Threshold), metric.Message);
            else
                Assert.False(metric.Upper < metric.Threshold, metric.Message);
        }

        Assert.True(beyond > 0);
        Assert.Equal(trials >= 1000, shown > 0);
    }

    [Theory]
    [InlineData(91)]
    [InlineData(92)]
    [InlineData(95)]
    public void Judge_Pairs_BoundsAgreeWithTheVerdict(int hundredths)
    {
        for (var pairs = 100L; pairs <= 1000; pairs += 10)
        {
            var metric = Assert.Single(Judge([Overlap], Compared(hundredths, pairs), passWhen: PassWhen.Shown).Metrics);

            Assert.Equal(metric.Verdict == Verdict.Pass, metric.Lower >= metric.Threshold);
        }
    }

    [Fact]
    public void Number_CloseToALimit_ShowsOnWhichSideItIs()
    {
        Assert.Equal(("0.9399", "0.9396", "0.939"), (Words.Number(0.93987, 0.94), Words.Number(0.9396, 0.94), Words.Number(0.939, 0.94)));
        Assert.Equal(("0.940", "0.940000"), (Words.Number(0.94, 0.94), Words.Number(0.9400000001, 0.94)));
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(10, 20)]
    [InlineData(200, null)]
    public void Judge_FewKeys_SaysThatKeysAreMissingAndGivesNoBounds(int keysOfEach, int? needed)
    {
        var metric = Assert.Single(Keyed(keysOfEach, bad: 0).Metrics);

        Assert.Equal((Verdict.Undecided, true, null, needed), (metric.Verdict, metric.LacksData, metric.SamplesNeeded, metric.KeysNeeded));
        Assert.Equal((null, null), (metric.Lower, metric.Upper));
        Assert.DoesNotContain("about", metric.Message, StringComparison.Ordinal);
        Assert.EndsWith(needed is null ? ": not yet shown to be within it" : $"not yet shown to be within it, which takes {needed} effective keys in each arm", metric.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_ManyKeysWithSomeErrors_HasBoundsOfSomeWidth()
    {
        var metric = Assert.Single(Keyed(200, bad: 1).Metrics);

        Assert.True(metric.Upper - metric.Lower > 0.001, metric.Message);
        Assert.Null(metric.KeysNeeded);
    }

    [Fact]
    public void Judge_MoreErrorsThanRequests_SaysNothing() => Assert.True(Judge([Errors], Arms(1000, 1, 100, 101)).LacksData);

    [Theory]
    [InlineData(10, nameof(Verdict.Pass))]
    [InlineData(100, nameof(Verdict.Fail))]
    public void Judge_Latency_ComparesTheSharesBeyondStablesQuantile(long slow, string verdict)
    {
        var metric = Assert.Single(Judge([Slow], Of(Shares.Slow("p99"), new(1000, 10, 1000, slow))).Metrics);

        Assert.Equal(verdict, $"{metric.Verdict}");
        Assert.Equal((0.01, slow / 1000.0, 0), (metric.Stable, metric.Candidate, metric.Threshold));
        Assert.Contains($"{slow / 10.0:0.00} % of answers took longer than 1.30 times stable's p99, which 1.00 % of stable's exceed", metric.Message, StringComparison.Ordinal);
    }

    /// <summary>Everybody is slow for a while: what matters is the difference within each stratum.</summary>
    [Fact]
    public void Judge_PeakWhileTheCandidateHasMore_IsNotItsFault()
    {
        var spec = Spec(Errors);
        var ledger = EvidenceLedger.Empty("rev", 1).With(Judging.News(spec, 500));
        StratumEvidence[] strata =
        [
            .. Enumerable.Range(1, 100).Select(i => new StratumEvidence(i, Judging.Epoch, Seen(1900, 9, 100, 1))),
            .. Enumerable.Range(101, 100).Select(i => new StratumEvidence(i, Judging.Epoch, Seen(1000, 60, 1000, 61))),
        ];
        ledger = ledger.With(Judging.News(spec, 500, null, ("router", Judging.Status() with { Strata = strata })));

        var metric = Assert.Single(Judging.Judge(spec, ledger).Metrics);

        Assert.Equal(Verdict.Pass, metric.Verdict);
        // Pooled, the candidate would have 5.6 % against 2.4 %.
        Assert.InRange(metric.Estimate!.Value, -0.001, 0.003);
        Assert.Equal(200, metric.Strata);

        static Dictionary<string, ShareCounts> Seen(long ns, long xs, long nc, long xc) => new() { [Shares.Errors] = new(ns, xs, nc, xc) };
    }

    [Fact]
    public void Judge_Shown_NeedsMoreThanAGoodEstimate()
    {
        Assert.Equal(Verdict.Pass, Judge([Errors], Arms(1000, 3, 120, 0)).Verdict);
        var early = Judge([Errors], Arms(1000, 3, 120, 0), passWhen: PassWhen.Shown);
        Assert.Equal((Verdict.Undecided, true), (early.Verdict, early.LacksData));
        Assert.EndsWith("not yet shown to be within it", early.Deciding!.Message, StringComparison.Ordinal);

        Assert.Equal(Verdict.Pass, Judge([Errors], Arms(20_000, 100, 20_000, 100), passWhen: PassWhen.Shown).Verdict);
    }

    /// <summary>Looking at an estimate all the time lets every candidate pass at a lucky moment.</summary>
    [Fact]
    public void Judge_Estimated_IsJudgedAtMinSamplesAndAtTheirDoubles()
    {
        var spec = Spec(Errors);
        var ledger = EvidenceLedger.Empty("rev", 1).With(Judging.News(spec, 500));
        var verdicts = new List<(long, Verdict)>();
        // Bad at 100 requests, then good.
        for (var number = 1; number <= 5; number++)
        {
            var stratum = new StratumEvidence(number, Judging.Epoch, new Dictionary<string, ShareCounts> { [Shares.Errors] = new(1000, 3, 50, number == 2 ? 2 : 0) });
            ledger = ledger.With(Judging.News(spec, 500, null, ("router", Judging.Status() with { Strata = [stratum] })));
            (var analysis, ledger) = RolloutJudge.Judge(spec, ledger, new(500, true, PassWhen.Estimated, IsByKey: true), new Dictionary<string, ExternalCounts>());
            verdicts.Add((50 * number, analysis.Verdict));
        }

        Assert.Equal([(50, Verdict.Undecided), (100, Verdict.Undecided), (150, Verdict.Undecided), (200, Verdict.Pass), (250, Verdict.Pass)], verdicts);
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
    [InlineData(8, nameof(Verdict.Fail))]
    public void Judge_ScoreShift_ComparesTheBestScoresOfTheSameRequests(int moved, string verdict)
    {
        var pairs = new Histogram(Enumerable.Range(10, 40).ToDictionary(i => i * Buckets.BestScores + i + moved, _ => 100L));

        var metric = Assert.Single(Judge([Shift], Of(ShadowEvidence.None with { Pairs = 4000, BestScores = pairs })).Metrics);

        Assert.Equal(verdict, $"{metric.Verdict}");
    }

    [Fact]
    public void Judge_DegradedAnswers_AreAShareOfRequests()
    {
        var metric = new MetricSpec { Name = "degraded", Type = MetricType.DegradedShare, MaxDeltaPermille = 50 };

        Assert.Equal(Verdict.Fail, Judge([metric], Of(Shares.Degraded, new(1000, 0, 1000, 300))).Verdict);
    }

    [Theory]
    [InlineData(nameof(FeedbackMeasure.ClickShare), 200, nameof(Verdict.Fail))]
    [InlineData(nameof(FeedbackMeasure.ClickShare), 800, nameof(Verdict.Pass))]
    [InlineData(nameof(FeedbackMeasure.MeanReciprocalRank), 200, nameof(Verdict.Fail))]
    [InlineData(nameof(FeedbackMeasure.MeanReciprocalRank), 800, nameof(Verdict.Pass))]
    public void Judge_Feedback_IsBetterWhenHigher(string measure, long clicked, string verdict)
    {
        var metric = new MetricSpec { Name = "clicks", Type = MetricType.Feedback, MaxDeltaPermille = 50, Measure = Enum.Parse<FeedbackMeasure>(measure) };
        var share = measure == nameof(FeedbackMeasure.ClickShare) ? Shares.Unclicked : Shares.RankMissed;

        var result = Assert.Single(Judge([metric], Of(share, new(1000, 300, 1000, 1000 - clicked))).Metrics);

        Assert.Equal(verdict, $"{result.Verdict}");
        Assert.Equal(0.7, result.Stable!.Value, 1e-9);
        Assert.Equal(clicked / 1000.0, result.Candidate!.Value, 1e-9);
        Assert.Equal(0.7 - clicked / 1000.0, result.Estimate!.Value, 1e-9);
    }

    [Theory]
    [InlineData(nameof(MetricDirection.HigherIsBetter), nameof(Verdict.Fail))]
    [InlineData(nameof(MetricDirection.LowerIsBetter), nameof(Verdict.Pass))]
    public void Judge_Prometheus_FollowsItsDirection(string direction, string verdict)
    {
        var metric = new MetricSpec { Name = "orders", Type = MetricType.Prometheus, MaxDeltaPermille = 20, Prometheus = new() { Direction = Enum.Parse<MetricDirection>(direction) } };

        Assert.Equal(verdict, $"{Judge([metric], Nothing, external: new(new(900, 1000), new(600, 1000), null)).Verdict}");
    }

    /// <summary>What a source counts knows nothing of keys, and those that stay on one arm may be worse by themselves.</summary>
    [Fact]
    public void Judge_PrometheusWhereKeysAssign_HoldsAndDoesNotReject()
    {
        var result = Judge([Orders], Nothing, external: new(new(900, 1000), new(600, 1000), null), isByKey: true);

        Assert.Equal(Verdict.Undecided, result.Verdict);
        Assert.Contains("keys stay on one arm and may be the cause", result.Deciding!.Message, StringComparison.Ordinal);
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
        var result = Judge([Orders], Nothing, external: new(new(10, 10), new(successes, trials), null));

        Assert.Equal((Verdict.Undecided, true, false), (result.Verdict, result.SourceFailed, result.LacksData));
        Assert.Equal((error, error), (result.Deciding!.SourceError, result.Deciding.Message));
    }

    [Fact]
    public void Judge_SourceFailedOrSilent_IsUndecided()
    {
        Assert.Equal("timeout", Judge([Orders], Nothing, external: ExternalCounts.Failed("timeout")).Deciding!.SourceError);
        Assert.Equal("its source gave no counts", Judge([Orders], Nothing, external: new(null, new(1, 2), null)).Deciding!.SourceError);
        Assert.NotNull(Judge([Orders], Nothing).Deciding!.SourceError);
    }

    [Fact]
    public void Judge_MetricNotAskedInThisStep_PassesWithoutDataAndCanFail()
    {
        var quiet = Judge([Errors, Overlap, Shift, Orders], Nothing, hasTraffic: false, hasMirror: false);
        Assert.Equal((Verdict.Pass, false, false), (quiet.Verdict, quiet.LacksData, quiet.SourceFailed));
        Assert.All(quiet.Metrics, metric => Assert.Equal((Verdict.Pass, true, "not measured at this step"), (metric.Verdict, metric.IsUnmeasured, metric.Message)));

        var shadow = Judge([Errors, Overlap, Shift], Compared(95, 50), hasTraffic: false);
        Assert.Equal("overlap", shadow.Deciding!.Name);
        var bake = Judge([Overlap], Compared(80, 500), hasMirror: false);
        Assert.Equal(Verdict.Fail, bake.Verdict);
    }

    [Fact]
    public void Judge_SeveralMetrics_FirstFailedThenFirstUndecidedDecides()
    {
        var evidence = Arms(1000, 0, 1000, 500) with { Shadow = Compared(80, 500).Shadow };

        Assert.Equal("errors", Judge([Overlap, Shift, Errors], evidence).Deciding!.Name);
        Assert.Equal("p99", Judge([Shift, Slow, Errors], Arms(1000, 0, 1000, 0)).Deciding!.Name);
        Assert.Equal(["errors", "overlap", "shift"], Judge([Overlap, Shift, Errors], evidence).Metrics.Select(metric => metric.Name));
    }

    [Fact]
    public void Judge_AdvisedMetric_NeverDecides()
    {
        var advised = new MetricSpec { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 10, Mode = MetricMode.Advise };

        var result = Judge([advised, Overlap], Arms(1000, 0, 1000, 500) with { Shadow = Compared(95, 500).Shadow });

        Assert.Equal((Verdict.Pass, Verdict.Fail), (result.Verdict, result.Metrics[0].Verdict));
        Assert.False(Judge([advised], Nothing).LacksData);
    }

    [Fact]
    public void Judge_Alpha_IsSplitOverTheEnforced()
    {
        var advised = new MetricSpec { Name = "advised", Type = MetricType.ErrorRate, MaxDeltaPermille = 10, Mode = MetricMode.Advise };
        var spec = Spec(Errors, Overlap, Shift, Slow, advised);
        spec.FalseRollbackPermille = 20;

        var result = Judging.Judge(spec, EvidenceLedger.Empty("rev", 1));

        Assert.All(result.Metrics, metric => Assert.Equal(0.005, metric.Alpha));
    }

    [Fact]
    public void Judge_NoMetrics_Passes() => Assert.Equal(Verdict.Pass, Judge([], Nothing).Verdict);

    private static readonly Seen Nothing = new(new Dictionary<string, ShareCounts>(), ShadowEvidence.None);

    private static AnalysisResult Judge(
        MetricSpec[] metrics, Seen seen, bool hasTraffic = true, bool hasMirror = true, PassWhen passWhen = PassWhen.Estimated, ExternalCounts? external = null, bool isByKey = false) => Judging.Judge(
        Spec(metrics), Judging.Ledger(Spec(metrics), seen.Shares, seen.Shadow), hasTraffic, hasMirror, passWhen, external is null ? null : ("orders", external), isByKey: external is null || isByKey);

    /// <summary>Each key has a place of its own and a hundred requests, of which every other key has so many bad ones.</summary>
    private static AnalysisResult Keyed(int keysOfEach, int bad)
    {
        int[] trials = new int[1000], failed = new int[1000];
        foreach (var place in Enumerable.Range(0, keysOfEach).SelectMany(i => new[] { i, 999 - i }))
            (trials[place], failed[place]) = (100, place % 2 * bad);
        var spec = Spec(Errors);
        var places = new PlaceEvidence(Judging.Epoch, 500, new Dictionary<string, PlaceCounts> { [Shares.Errors] = new(PlaceCounts.Pack(trials), PlaceCounts.Pack(failed)) });
        var ledger = EvidenceLedger.Empty("rev", 1).With(Judging.News(spec, 500))
            .With(Judging.News(spec, 500, null, ("router", Judging.Status() with { Epoch = Judging.Epoch, Places = places })));
        return Judging.Judge(spec, ledger, passWhen: PassWhen.Shown);
    }

    private static AnalysisSpec Spec(params MetricSpec[] metrics) => new() { Metrics = [.. metrics] };

    private static Seen Arms(long stable, long stableErrors, long candidate, long errors) => Of(Shares.Errors, new(stable, stableErrors, candidate, errors));

    private static Seen Of(string share, ShareCounts counts) => Nothing with { Shares = new Dictionary<string, ShareCounts> { [share] = counts } };

    private static Seen Of(ShadowEvidence shadow) => Nothing with { Shadow = shadow };

    private static Seen Compared(int hundredths, long pairs) =>
        Of(ShadowEvidence.None with { Pairs = pairs, Overlap = new(new Dictionary<int, long> { [hundredths] = pairs }) });

    private sealed record Seen(IReadOnlyDictionary<string, ShareCounts> Shares, ShadowEvidence Shadow);
}
