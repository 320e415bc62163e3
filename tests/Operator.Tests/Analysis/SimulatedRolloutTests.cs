using Rerank.Operator.Api;
using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Report;
using Rerank.RolloutStudy.Scenarios;
using Rerank.RolloutStudy.Studies;

namespace Rerank.Operator.Tests.Analysis;

/// <summary>Routers' counters, ledger, judge and state machine at work in simulated rollouts of bench/RolloutStudy, which has more of them.</summary>
public sealed class SimulatedRolloutTests
{
    private static readonly ScenarioStep[] Steps = [Traffics.Step("5 %", 600, 50, 200), Traffics.Step("50 %", 900, 500, 200), Traffics.Step(Scenario.Bake, 900, 0)];

    private static readonly MetricSpec[] Metrics = [Traffics.Errors, Traffics.P99, Traffics.Overlap, Traffics.Shift];

    public static TheoryData<string> Traffic => [.. Cases.Keys];

    private static Dictionary<string, Scenario> Cases { get; } = new()
    {
        ["steady"] = Equal(),
        ["everybody is twice as slow in the second step"] = Equal() with { Environment = [new() { FromSeconds = 600, ToSeconds = 1500, Slower = 2 }] },
        ["everybody is twice as slow in the bake"] = Equal() with { Environment = [new() { FromSeconds = 1500, ToSeconds = 9000, Slower = 2 }] },
        ["an incident of 3 % errors at the begin of the second step"] = Equal() with { Environment = [new() { FromSeconds = 600, ToSeconds = 1200, MoreErrors = 0.03 }] },
        ["blips of 3 s with 90 % errors"] = Equal() with { Environment = [.. Enumerable.Range(0, 10).Select(i => new Event { FromSeconds = 100 + 250 * i, ToSeconds = 103 + 250 * i, MoreErrors = 0.9 })] },
        ["50 tenants by Zipf"] = Equal() with { Keys = new() { Count = 50, Zipf = 1, LatencySigma = 0.5, ScoreSigma = 1 } },
        ["five keys with nothing but errors"] = Equal() with { Keys = new() { Count = 1000, BadKeys = 5, BadKeyErrors = 1, BadKeyShare = 0.3 } },
        ["single documents"] = Equal() with { Requests = new() { SingleDocumentShare = 0.3 } },
        ["heavy requests cached by stable"] = Equal() with { Requests = new() { CachedShare = 0.4, CachedSlower = 3 } },
        ["one request again and again"] = Equal() with { Requests = new() { RepeatShare = 0.3 } },
        ["callers who don't wait"] = Equal() with { Requests = new() { ShortLimitShare = 0.3 } },
        ["clicks only"] = Equal() with { Metrics = [Traffics.Clicks] },
        ["clicks fall by half for everybody in the second step"] = Equal() with { Metrics = [Traffics.Clicks], Environment = [new() { FromSeconds = 600, ToSeconds = 9000, ClickShareFactor = 0.5 }] },
        ["3 % of shadows fail, whichever arm ranks them"] = Equal() with { Environment = [new() { FromSeconds = 0, ToSeconds = 9000, ShadowFailures = 0.03 }] },
    };

    /// <summary>No more than chance makes of ten wrong rejections per thousand in one of a million runs.</summary>
    [Theory]
    [MemberData(nameof(Traffic))]
    [Trait("Fault", "T66")]
    public void EqualCandidate_IsTakenOutNoMoreOftenThanAllowed(string name)
    {
        var result = Simulate.Run(Cases[name]);

        Assert.InRange(result.RolledBack + result.Returned, 0, Statistics.Peeking.Limit(result.Rollouts, 0.01));
    }

    public static TheoryData<string> Regressions => [.. Worse.Keys];

    private static Dictionary<string, Scenario> Worse { get; } = new()
    {
        ["4 points more errors"] = Equal() with { Candidate = new() { MoreErrors = 0.04 } },
        ["4 points more errors, with keys"] = Equal() with { Candidate = new() { MoreErrors = 0.04 }, Keys = new() { Count = 1000 } },
        ["4 points more errors in an incident"] = Equal() with { Candidate = new() { MoreErrors = 0.04 }, Environment = [new() { FromSeconds = 0, ToSeconds = 9000, MoreErrors = 0.03 }] },
        ["twice as slow"] = Equal() with { Candidate = new() { Slower = 2 } },
        ["overlap down by 0.1"] = Equal() with { Candidate = new() { LessOverlap = 0.1 } },
        ["15 % of shadows fail"] = Equal() with { Candidate = new() { ShadowFailures = 0.15 } },
        ["half of the clicks, reported without anything else"] = Equal() with { Metrics = [Traffics.Clicks], Candidate = new() { ClickShareFactor = 0.5 } },
        ["1 % of scores that aren't finite"] = Equal() with { Candidate = new() { InvalidScores = 0.01 } },
    };

    [Theory]
    [MemberData(nameof(Regressions))]
    [Trait("Fault", "T66")]
    public void WorseCandidate_IsTakenOut(string name)
    {
        var result = Simulate.Run(Worse[name] with { Rollouts = 20 });

        Assert.True(result.RolledBack >= 18, $"{name}: {result}");
    }

    [Fact]
    public void CandidateBeyondItsMargin_IsHardlyPromoted()
    {
        var result = Simulate.Run(Equal() with { Steps = [.. Steps.SkipLast(1)], Candidate = new() { MoreErrors = 0.015 }, Metrics = [Traffics.Errors] });

        Assert.InRange(result.Promoted, 0, Statistics.Peeking.Limit(result.Rollouts, 0.05));
    }

    /// <summary>Stable hardly ever fails, and keys are what is assigned: subtracting the margin from the candidate's few errors must not make it look good.</summary>
    [Fact]
    public void CandidateBeyondItsMargin_FewErrorsAndKeys_IsHardlyPromoted()
    {
        var scenario = Equal() with
        {
            Steps = [Traffics.Step("5 %", 130, 50)],
            Candidate = new() { MoreErrors = 0.015 },
            Keys = new() { Count = 1000 },
            Metrics = [Traffics.Errors],
            Rollouts = 60,
        };

        Assert.InRange(Simulate.Run(scenario).Promoted, 0, Statistics.Peeking.Limit(60, 0.05));
    }

    /// <summary>Stable has hardly a request to compare with: the router takes the traffic away, and nobody can say whose fault it is.</summary>
    [Fact]
    public void CandidateBeyondAHardLimit_WithHardlyAnyOfStable_IsWithheld()
    {
        var result = Simulate.Run(Equal() with
        {
            RequestsPerSecond = 5,
            Steps = [Traffics.Step("99 %", 600, 990)],
            Metrics = [Traffics.Errors],
            Candidate = new() { MoreErrors = 0.9 },
            Rollouts = 5,
        });

        Assert.Equal((5, 5, 0), (result.Withheld, result.Undecided, result.Waiting));
    }

    [Fact]
    public void Result_OfEveryEnding_CountsWithheldOnesAsUndecidedInItsLine()
    {
        Ending[] endings = [Ending.RolledBack, Ending.Returned, Ending.Promoted, Ending.Undecided, Ending.Withheld, Ending.Withheld];

        var result = ScenarioResult.Of("x", [.. endings.Select((how, i) => new RolloutEnd(how, 60 * (i + 1), i, 0, ""))]);

        Assert.Equal((2, 1), (result.Withheld, result.Waiting));
        Assert.Equal(
            """{"name":"x","rollouts":6,"rolledBack":1,"returned":1,"promoted":1,"undecided":3,"medianSecondsToVerdict":90,"medianCandidateRequests":0.5}""",
            System.Text.Json.JsonSerializer.Serialize(result, ScenarioJson.Default.ScenarioResult));
    }

    [Fact]
    public void StudyRows_InterruptedWithinALine_GoOnWithTheSameRollouts()
    {
        var path = Path.GetTempFileName();
        var scenario = Equal() with { Steps = [Traffics.Step("5 %", 300, 50)], Metrics = [Traffics.Errors], Rollouts = 2 };
        new StudyRows(path, TextWriter.Null).Of(scenario);
        var kept = File.ReadAllText(path);
        File.AppendAllText(path, kept[..(kept.Length / 2)]);

        var more = new StudyRows(path, TextWriter.Null).Of(scenario with { Rollouts = 4 });
        var again = new StudyRows(path, TextWriter.Null).Of(scenario with { Rollouts = 0 });

        var atOnce = new StudyRows(null, TextWriter.Null).Of(scenario with { Rollouts = 4 });
        Assert.StartsWith(kept, File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(atOnce.Ours, more.Ours);
        Assert.Equal(atOnce.Ours, again.Ours);
        Assert.Equal(Rivals.Names, atOnce.Rivals.Keys);
        foreach (var (name, ends) in atOnce.Rivals)
            Assert.Equal(ends, again.Rivals[name]);
    }

    [Fact]
    public void Rivals_OfMetricThatNoDashboardHas_AreNone() =>
        Assert.Empty(new StudyRows(null, TextWriter.Null).Of(Equal() with { Steps = [Traffics.Step("5 %", 60, 50, 200)], Metrics = [Traffics.Shift], Rollouts = 1 }).Rivals);

    [Theory]
    [InlineData("""{"name": "x", "requestsPerSecond": 1, "steps": [{"name": "a", "seconds": 9, "trafficPermille": 5}], "environment": [{"fromSeconds": 0, "toSeconds": 9, "shadowFailures": 2}]}""", "environment[0].shadowFailures must be from 0 to 1, not 2")]
    [InlineData("""{"name": "x", "requestsPerSecond": 1, "steps": [{"name": "a", "seconds": 9, "trafficPermille": 5}], "candidate": {"moreErrors": 2}}""", "candidate.moreErrors must be from 0 to 1, not 2")]
    [InlineData("""{"name": "x", "requestsPerSecond": 1, "steps": [{"name": "a", "seconds": 9, "trafficPermille": 5}], "keys": {"zip": 2}}""", "'zip'")]
    [InlineData("""{"name": "x", "requestsPerSecond": 1, "steps": [{"name": "bake", "seconds": 9}]}""", "steps must have one before the bake")]
    [InlineData("""{"name": "x", "requestsPerSecond": 0, "steps": [{"name": "a", "seconds": 9, "trafficPermille": 5}]}""", "requestsPerSecond must be above 0")]
    [InlineData("""{"name": "x", "steps": []}""", "requestsPerSecond")]
    [InlineData("""{"name": "x", "requestsPerSecond": 1, "steps": [{"name": "a", "seconds": 9, "trafficPermille": 5}], "metrics": [{"name": "m", "type": "ErrorRate"}]}""", "metrics[0].maxDeltaPermille")]
    public void Read_FileThatIsNoScenario_SaysWhatIsWrong(string json, string words)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, json);

        var error = Assert.Throws<InvalidDataException>(() => Scenario.Read(path));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 300, 0.009936)]
    [InlineData(5, 100, 0.102253)]
    [InlineData(7, 7, 1)]
    public void BinomialBound_OfFewSuccesses_IsClopperPearsons(int successes, int trials, double bound) =>
        Assert.Equal(bound, BinomialBound.Upper(successes, trials), 1e-5);

    [Fact]
    public void MannWhitney_ShiftedSeries_IsHigh()
    {
        double[] stable = [.. Enumerable.Range(0, 12).Select(i => 100.0 + i)];

        Assert.False(MannWhitney.IsHigh(stable, stable));
        Assert.True(MannWhitney.IsHigh([.. stable.Select(value => value + 20)], stable));
        Assert.False(MannWhitney.IsHigh([.. stable.Select(value => value - 20)], stable));
        Assert.False(MannWhitney.IsHigh([200, 201], [100, 101]));
    }

    private static Scenario Equal() => new() { Name = "test", RequestsPerSecond = 20, Steps = Steps, Metrics = Metrics, Rollouts = 30 };
}
