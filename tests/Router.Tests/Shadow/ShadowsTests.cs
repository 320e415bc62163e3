using System.Net;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Router.Shadow;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Shadow;

public sealed class ShadowsTests
{
    private static readonly string[] Documents = Canary.Documents((1, 2), (3, 1), (2, 4));

    [Fact]
    public async Task Request_AnsweredByStable_IsRankedByTheCandidateToo()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });

        var answer = await canary.Router.CohereAsync("q", Documents, topN: 1);
        var evidence = await canary.ShadowedAsync(status => status.Shadow.Pairs == 1);

        answer.HasOrder(1);
        Assert.Equal("r1", answer.Header("X-Rerank-Revision"));
        Assert.Equal((0, 0, 0), (evidence.Shadow.TopOneMatches, evidence.Shadow.Failed, evidence.Shadow.Skipped));
        Assert.Equal([KeyValuePair.Create(0, 1L)], evidence.Shadow.Overlap.Counts);
        Assert.Equal([KeyValuePair.Create(0, 1L)], evidence.Shadow.KendallTau.Counts);
        Assert.Equal([KeyValuePair.Create(Buckets.OfLogit(1 / 3.0), 1L)], evidence.Shadow.LogitShift.Counts);
        Assert.Equal((1, 0), (evidence.Stable.Requests, evidence.Candidate.Requests));
        Assert.Equal([KeyValuePair.Create(Buckets.OfLogit(4), 1L)], evidence.Candidate.TopScore.Counts);
        Assert.Empty(evidence.Candidate.Latency.Counts);
        Assert.Contains("rerank_router_shadow_total{result=\"compared\"} 1\n", await canary.Router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shadow_GivesWayToRequestsForWhichSomebodyWaits()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });

        await canary.Router.CohereAsync("q", Documents);
        await canary.ShadowedAsync(status => status.Shadow.Pairs == 1);

        Assert.Equal([null], canary.Stable.Requests.Select(request => request.Priority));
        Assert.Equal([25], canary.Candidate.Requests.Select(request => request.Priority));
    }

    [Fact]
    public async Task Request_AnsweredByTheCandidate_IsRankedByStableToo()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { MirrorPermille = 1000 });

        await canary.Router.CohereAsync("q", Documents);
        var evidence = await canary.ShadowedAsync(status => status.Shadow.Pairs == 1);

        Assert.Equal((0, 1), (evidence.Stable.Requests, evidence.Candidate.Requests));
        Assert.Equal([KeyValuePair.Create(Buckets.OfLogit(1 / 3.0), 1L)], evidence.Shadow.LogitShift.Counts);
        Assert.Equal([KeyValuePair.Create(Buckets.OfLogit(3), 1L)], evidence.Stable.TopScore.Counts);
    }

    [Fact]
    public async Task Shadow_Fails_OnlyTheEvidenceKnows()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with
        {
            TrafficPermille = 0,
            MirrorPermille = 1000,
            HardLimits = [new HardLimit { Name = "errors", Type = HardLimitType.Error, Permille = 500, MinRequests = 10 }],
        });
        canary.Candidate.Failure = (503, ScoreErrorCode.ModelNotReady);

        (await canary.Router.CohereAsync("q", Documents)).HasOrder(1, 2, 0);
        var once = await canary.ShadowedAsync(status => status.Shadow.Failed == 1);
        for (var i = 2; i <= 10; i++)
        {
            await canary.Router.CohereAsync($"q{i}", Documents);
            await canary.ShadowedAsync(status => status.Shadow.Failed == i);
        }

        var all = await canary.EvidenceAsync();
        await canary.Router.CohereAsync("q", Documents);

        Assert.Null(once.Trip);
        Assert.StartsWith("10 of 10 requests in 10 s failed, 50 % allowed; ", all.Trip?.Observed, StringComparison.Ordinal);
        Assert.Equal((0, 0), (all.Candidate.Requests, all.Candidate.Errors));
        Assert.Equal(10, canary.Candidate.Requests.Count);
        Assert.Equal(0, (await canary.Router.StatusAsync()).Errors);
    }

    [Theory]
    [InlineData(503, ScoreErrorCode.ModelNotReady, 1, 0)]
    [InlineData(500, ScoreErrorCode.ModelFailed, 1, 0)]
    [InlineData(400, ScoreErrorCode.InvalidRequest, 1, 0)]
    [InlineData(429, ScoreErrorCode.Overloaded, 0, 1)]
    public async Task CandidatesShadow_Fails_HasNothingInCommonUnlessHostsHadTooMuchToDo(int status, string code, int failed, int skipped)
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });
        canary.Candidate.Failure = (status, code);

        await canary.Router.CohereAsync("q", Documents);
        var shadow = (await canary.ShadowedAsync(evidence => evidence.Shadow.Failed + evidence.Shadow.Skipped == 1)).Shadow;

        Assert.Equal((failed, failed, skipped), (shadow.Pairs, shadow.Failed, shadow.Skipped));
        Assert.All(new[] { shadow.Overlap, shadow.RankBiasedOverlap, shadow.KendallTau }, histogram => Assert.Equal(failed, histogram.Counts.GetValueOrDefault(0)));
        Assert.Empty(shadow.BestScores.Counts);
        Assert.Equal(0, shadow.TopOneMatches);
    }

    [Fact]
    public async Task CandidatesShadow_IsDegraded_HasNothingInCommon()
    {
        await using var canary = await Canary.StartAsync(
            candidate => candidate with
            {
                TrafficPermille = 0,
                MirrorPermille = 1000,
                Arm = candidate.Arm with { Tiers = [Tables.Model("next", Tables.Always), Tables.Model("gone")] },
            },
            table: table => table with { Clusters = [.. table.Clusters, Tables.Cluster("gone")] });

        await canary.Router.CohereAsync("q", Documents);
        var shadow = (await canary.ShadowedAsync(evidence => evidence.Shadow.Failed == 1)).Shadow;

        Assert.Equal([KeyValuePair.Create(0, 1L)], shadow.Overlap.Counts);
    }

    [Fact]
    public async Task StablesShadow_Fails_IsNoPair()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { MirrorPermille = 1000 });
        canary.Stable.Failure = (503, ScoreErrorCode.ModelNotReady);

        await canary.Router.CohereAsync("q", Documents);
        var shadow = (await canary.ShadowedAsync(evidence => evidence.Shadow.StableFailed == 1)).Shadow;

        Assert.Equal((0, 0), (shadow.Pairs, shadow.Failed));
    }

    [Fact]
    public async Task Pair_ThatBothHaveRanked_HasBothBestScores()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });

        await canary.Router.CohereAsync("q", Documents);
        var shadow = (await canary.ShadowedAsync(evidence => evidence.Shadow.Pairs == 1)).Shadow;

        Assert.Equal([KeyValuePair.Create(Buckets.OfBestScore(3) * Buckets.BestScores + Buckets.OfBestScore(4), 1L)], shadow.BestScores.Counts);
    }

    [Fact]
    public async Task SameRequest_Again_IsComparedOnce()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });

        await canary.Router.CohereAsync("q", Documents);
        await canary.ShadowedAsync(evidence => evidence.Shadow.Pairs == 1);
        await canary.Router.CohereAsync("q", Documents);
        await canary.ShadowedAsync(evidence => evidence.Shadow.Repeated == 1);
        await canary.Router.CohereAsync("q", [.. Documents.Skip(1)]);
        await canary.ShadowedAsync(evidence => evidence.Shadow.Pairs == 2);
        await canary.Router.CohereAsync("r", Documents);
        await canary.ShadowedAsync(evidence => evidence.Shadow.Pairs == 3);

        Assert.Contains("rerank_router_shadow_total{result=\"repeated\"} 1\n", await canary.Router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyRequests_OfOneKey_AreComparedAFewTimesAMinute()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 }, time: time);

        for (var i = 0; i < ShadowCounters.MostOfOneKey + 2; i++)
        {
            await canary.Router.CohereAsync($"q{i}", Documents, null, ("X-Session-Id", "alice"));
            await canary.ShadowedAsync(evidence => evidence.Shadow.Pairs + evidence.Shadow.Repeated == i + 1);
        }

        Assert.Equal((ShadowCounters.MostOfOneKey, 2), ((await canary.EvidenceAsync()).Shadow.Pairs, (await canary.EvidenceAsync()).Shadow.Repeated));
    }

    [Fact]
    public async Task Request_WithManyQueries_IsComparedOnce()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });

        await canary.Router.SendAsync("/score", """{"queries":["q","r","q","r"],"documents":["a full=1","b full=2","c full=3","d full=4"]}""");
        await canary.ShadowedAsync(evidence => evidence.Shadow.Pairs == 1);

        Assert.Single(canary.Candidate.Requests);
    }

    [Fact]
    public async Task Shadow_AllScoresAlike_AreCountedAndTrip()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });
        var constant = Canary.Documents((1, 7), (2, 7), (3, 7), (4, 7), (5, 7));

        for (var i = 1; i <= 20; i++)
        {
            await canary.Router.CohereAsync($"q{i}", constant);
            await canary.ShadowedAsync(status => status.Shadow.Pairs == i);
        }

        Assert.Equal((BuiltInLimit.ConstantScores, 20), ((await canary.EvidenceAsync()).Trip?.Limit, (await canary.EvidenceAsync()).Candidate.ConstantScores));
    }

    [Fact]
    public async Task Requests_NotChosenOrNotComparable_AreLeftAlone()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 100 });
        canary.Dice.Value = 100;
        await canary.Router.CohereAsync("q", Documents);
        canary.Dice.Value = 99;
        await canary.Router.CohereAsync("q", [Documents[0], Documents[0]]);
        canary.Stable.Failure = (503, ScoreErrorCode.ModelNotReady);
        await canary.Router.CohereAsync("q", Documents);
        canary.Stable.Failure = null;
        await canary.Router.CohereAsync("q", Documents);

        var evidence = await canary.ShadowedAsync(status => status.Shadow.Pairs == 1);

        Assert.Equal((0, 0), (evidence.Shadow.Failed, evidence.Shadow.Skipped));
        Assert.Single(canary.Candidate.Requests);
    }

    [Fact]
    public async Task CostShare_IsUsedUp_FurtherOnesAreSkipped()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000, MaxShadowCostPermille = 0 });

        await canary.Router.CohereAsync("q", Documents);

        Assert.Equal((0, 1), ((await canary.EvidenceAsync()).Shadow.Pairs, (await canary.EvidenceAsync()).Shadow.Skipped));
        Assert.Empty(canary.Candidate.Requests);
    }

    [Fact]
    public async Task Shadows_OfWhichTooManyRun_AreSkippedAndAnswersDoNotWait()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });
        canary.Candidate.Gate = new TaskCompletionSource();

        for (var i = 0; i < Shadows.MaxAtOnce + 2; i++)
            (await canary.Router.CohereAsync($"q{i}", Documents)).HasOrder(1, 2, 0);
        await canary.ShadowedAsync(status => status.Shadow.Skipped == 2);
        canary.Candidate.Gate.SetResult();

        await canary.ShadowedAsync(status => status.Shadow.Pairs == Shadows.MaxAtOnce);
    }

    [Fact]
    public async Task Shadow_Hangs_RouterStopsAllTheSame()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });
        canary.Candidate.Gate = new TaskCompletionSource();
        await canary.Router.CohereAsync("q", Documents);
        await Eventually.True(() => canary.Candidate.Requests.Count == 1, TestContext.Current.CancellationToken);

        await canary.Router.App.StopAsync(TestContext.Current.CancellationToken);

        await Eventually.True(() => canary.Candidate.Cancelled == 1, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Shadow_WithACache_FillsItForItsArm()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 }, cached: true);

        await canary.Router.CohereAsync("q", Documents);
        await canary.ShadowedAsync(status => status.Shadow.Pairs == 1);
        var answer = await canary.Router.CohereAsync("q", Documents, null, Canary.Force);

        Assert.Equal(("c1", "cache"), (answer.Header("X-Rerank-Revision"), answer.Tier));
        answer.HasOrder(2, 0, 1);
        Assert.Single(canary.Candidate.Requests);
    }

    [Fact]
    public async Task Candidate_IsClosedAfterATrip_NothingIsMirrored()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });
        canary.Candidate.Failure = (500, ScoreErrorCode.InvalidScores);
        for (var i = 1; i <= 3; i++)
        {
            await canary.Router.CohereAsync($"q{i}", Documents);
            await canary.ShadowedAsync(status => status.Shadow.Failed == i);
        }

        Assert.Equal(HttpStatusCode.OK, (await canary.Router.CohereAsync("q", Documents)).Status);
        Assert.Equal(3, canary.Candidate.Requests.Count);
    }
}
