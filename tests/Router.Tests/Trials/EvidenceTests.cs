using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Trials;

public sealed class EvidenceTests
{
    private static readonly string[] Documents = Canary.Documents((1, 2), (3, 1), (2, 3));

    [Fact]
    public async Task Requests_OfBothArms_AreAnsweredAndCountedByArm()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 500 });

        var candidates = await canary.Router.CohereAsync("q", Documents);
        canary.Dice.Value = 500;
        var stables = await canary.Router.CohereAsync("q", Documents);
        await canary.Router.CohereAsync("q", Documents);

        Assert.Equal(("c1", "next"), (candidates.Header("X-Rerank-Revision"), candidates.Tier));
        candidates.HasOrder(2, 0, 1);
        Assert.Equal(("r1", "full"), (stables.Header("X-Rerank-Revision"), stables.Tier));
        stables.HasOrder(1, 2, 0);
        var evidence = await canary.EvidenceAsync();
        Assert.Equal(("c1", 1, 500, (Trip?)null), (evidence.Revision, evidence.Attempt, evidence.TrafficPermille, evidence.Trip));
        Assert.Equal((2, 1), (evidence.Stable.Requests, evidence.Candidate.Requests));
        Assert.Equal(2, evidence.Stable.Latency.Counts.Values.Sum());
        Assert.Equal(2, evidence.Stable.TopScore.Counts[Buckets.OfLogit(3)]);
        Assert.Equal((0, 0, 0, 0), (evidence.Candidate.Errors, evidence.Candidate.Degraded, evidence.Candidate.InvalidScores, evidence.Candidate.ConstantScores));
        var metrics = await canary.Router.MetricsAsync();
        Assert.Contains("rerank_router_arm_requests_total{arm=\"candidate\",revision=\"c1\",result=\"ok\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("rerank_router_candidate_traffic_permille 500\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_HostDidOthersWorkFirst_ThatTimeIsNotTheArms()
    {
        await using var canary = await Canary.StartAsync(table: table => table with
        {
            Clusters = [Tables.Cluster("full", table.Clusters[1].Addresses[0])],
            Candidate = table.Candidate! with { Arm = table.Candidate.Arm with { Tiers = [Tables.Model("full", model: "next")] } },
        });
        canary.Candidate.WaitedMilliseconds = 60_000;

        await canary.Router.CohereAsync("q", Documents);

        Assert.Equal([KeyValuePair.Create(0, 1L)], (await canary.EvidenceAsync()).Candidate.Latency.Counts);
    }

    [Theory]
    [InlineData(503, ScoreErrorCode.ModelNotReady, "unavailable", 0)]
    [InlineData(429, ScoreErrorCode.Overloaded, "overloaded", 0)]
    [InlineData(404, ScoreErrorCode.ModelNotFound, "model_not_found", 0)]
    [InlineData(500, ScoreErrorCode.ModelFailed, "failed", 0)]
    [InlineData(500, ScoreErrorCode.InvalidScores, "failed", 1)]
    public async Task CandidateFails_StableAnswersAndTheErrorIsTheCandidates(int status, string code, string reason, int invalid)
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.Failure = (status, code);

        var answer = await canary.Router.CohereAsync("q", Documents);

        answer.HasOrder(1, 2, 0);
        Assert.Equal("r1", answer.Header("X-Rerank-Revision"));
        var evidence = await canary.EvidenceAsync();
        Assert.Equal((1, 1, invalid), (evidence.Candidate.Requests, evidence.Candidate.Errors, evidence.Candidate.InvalidScores));
        Assert.Equal([KeyValuePair.Create(reason, 1L)], evidence.Candidate.ErrorsByReason);
        Assert.Empty(evidence.Candidate.Latency.Counts);
        Assert.Equal(0, evidence.Stable.Requests);
    }

    [Fact]
    public async Task BothArmsFail_CallerIsToldOfStables()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.Failure = (500, ScoreErrorCode.ModelFailed);
        canary.Stable.Failure = (503, ScoreErrorCode.ModelNotReady);

        var answer = await canary.Router.CohereAsync("q", Documents);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "r1"), (answer.Status, answer.Header("X-Rerank-Revision")));
        Assert.Equal((1, 0), ((await canary.EvidenceAsync()).Candidate.Errors, (await canary.EvidenceAsync()).Stable.Requests));
    }

    [Fact]
    public async Task CandidateTakesAllThePolicysTime_IsItsError()
    {
        await using var canary = await Canary.StartAsync(Patient(milliseconds: 100));
        canary.Candidate.Gate = new TaskCompletionSource();

        var answer = await canary.Router.CohereAsync("q", Documents);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
        Assert.Equal([KeyValuePair.Create("deadline", 1L)], (await canary.EvidenceAsync()).Candidate.ErrorsByReason);
        Assert.Empty(canary.Stable.Requests);
    }

    [Fact]
    public async Task CallerAllowsLessThanThePolicy_WhatIsNotDoneByThenCountsForNobody()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with
        {
            HardLimits = [new HardLimit { Name = "errors", Type = HardLimitType.Error, Permille = 200, MinRequests = 5 }],
        });

        for (var i = 0; i < 6; i++)
            Assert.Equal(HttpStatusCode.GatewayTimeout, (await canary.Router.CohereAsync("q", Documents, null, ("X-Rerank-Timeout-Milliseconds", "1"))).Status);

        var evidence = await canary.EvidenceAsync();
        Assert.Equal((0, 0, null), (evidence.Candidate.Requests, evidence.Stable.Requests, evidence.Trip));
    }

    [Fact]
    public async Task CallerAllowsLessThanThePolicy_LowerTiersAnswerCountsForNobody()
    {
        await using var canary = await Canary.StartAsync(table: table => table with
        {
            Candidate = table.Candidate! with { Arm = table.Candidate.Arm with { Tiers = [Tables.Model("full", Tables.Always), Tables.Model("next")] } },
        });
        canary.Candidate.Gate = new TaskCompletionSource();

        var answer = await canary.Router.CohereAsync("q", Documents, null, ("X-Rerank-Timeout-Milliseconds", "1000"));

        Assert.Equal(("c1", "true"), (answer.Header("X-Rerank-Revision"), answer.Header("X-Rerank-Degraded")));
        Assert.Equal((0, 0), ((await canary.EvidenceAsync()).Candidate.Requests, (await canary.EvidenceAsync()).Candidate.Degraded));
    }

    [Fact]
    public async Task CallerLetsOthersGoFirst_ThatHostsHaveTooMuchToDoCountsForNobody()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.Failure = (429, ScoreErrorCode.Overloaded);

        var answer = await canary.Router.SendAsync("/v2/rerank", JsonSerializer.Serialize(new { model = "m", query = "q", documents = Documents, priority = 5 }));

        Assert.Equal("r1", answer.Header("X-Rerank-Revision"));
        Assert.Equal(0, (await canary.EvidenceAsync()).Candidate.Requests);
    }

    [Theory]
    [InlineData(null, -5, null)]
    [InlineData(-3, -5, -3)]
    [InlineData(-3, -2, -2)]
    [InlineData(null, 7, 7)]
    public async Task Priority_MoreUrgentThanTheTableAllows_IsClamped(int? mostUrgent, int asked, int? expected)
    {
        await using var canary = await Canary.StartAsync(table: table => table with { MostUrgentPriority = mostUrgent });

        await canary.Router.SendAsync("/rerank", JsonSerializer.Serialize(new { query = "q", documents = Documents, priority = asked }));

        Assert.Equal([expected], canary.Candidate.Requests.Select(request => request.Priority));
    }

    [Fact]
    public async Task Answer_HostsAreTheCandidatesOwn_WaitingIsItsTime()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.WaitedMilliseconds = 60_000;

        await canary.Router.CohereAsync("q", Documents);

        Assert.DoesNotContain(0, (await canary.EvidenceAsync()).Candidate.Latency.Counts.Keys);
    }

    [Fact]
    public async Task StableFails_IsItsErrorAndNobodyStepsIn()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0 });
        canary.Stable.Failure = (503, ScoreErrorCode.ModelNotReady);

        var answer = await canary.Router.CohereAsync("q", Documents);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Empty(canary.Candidate.Requests);
        Assert.Equal((1, 1), ((await canary.EvidenceAsync()).Stable.Requests, (await canary.EvidenceAsync()).Stable.Errors));
    }

    [Fact]
    public async Task Request_WrongByItself_CountsForNobody()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.Truncates = canary.Stable.Truncates = true;

        Assert.Equal(HttpStatusCode.BadRequest, (await canary.Router.SendAsync("/v2/rerank", "{")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await canary.Router.TeiAsync("q", Documents, truncate: false)).Status);
        canary.Candidate.Failure = canary.Stable.Failure = (400, ScoreErrorCode.InvalidRequest);
        Assert.Equal(HttpStatusCode.BadRequest, (await canary.Router.CohereAsync("q", Documents)).Status);

        Assert.Equal((0, 0), ((await canary.EvidenceAsync()).Stable.Requests, (await canary.EvidenceAsync()).Candidate.Requests));
    }

    [Fact]
    public async Task Request_OnlyTheCandidateRefuses_StableAnswersAndItIsTheCandidatesError()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.Truncates = true;

        var shortened = await canary.Router.TeiAsync("q", Documents, truncate: false);
        canary.Candidate.Failure = (400, ScoreErrorCode.InvalidRequest);
        var refused = await canary.Router.CohereAsync("q", Documents);

        shortened.HasOrder(1, 2, 0);
        refused.HasOrder(1, 2, 0);
        Assert.Equal(("r1", "r1"), (shortened.Header("X-Rerank-Revision"), refused.Header("X-Rerank-Revision")));
        Assert.Equal([KeyValuePair.Create("refused", 2L)], (await canary.EvidenceAsync()).Candidate.ErrorsByReason);
    }

    [Fact]
    public async Task Request_WithManyQueries_IsOneObservationAndItsQueriesDoNotWaitForEachOther()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.Gate = new TaskCompletionSource();
        var queries = Enumerable.Range(0, 20).Select(i => $"q{i}");

        var call = canary.Router.SendAsync(
            "/score", JsonSerializer.Serialize(new { queries, documents = Enumerable.Repeat("a next=1", 20), use_activation = false }));
        await Eventually.True(() => canary.Candidate.Requests.Count == 8, TestContext.Current.CancellationToken);
        canary.Candidate.Gate.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await call).Status);
        Assert.Equal(20, canary.Candidate.Requests.Count);
        var evidence = await canary.EvidenceAsync();
        Assert.Equal((1, 0), (evidence.Candidate.Requests, evidence.Candidate.Latency.Counts.Values.Sum()));
    }

    [Fact]
    public async Task Query_OfManyThatTheCandidateFails_StableAnswersThemAll()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.RawAnswer = request => request.Query == "r"
            ? "{}"
            : $$"""{"digest":"{{request.Digest}}","logits":[1],"tokens":[1],"truncated":[false]}""";

        var answer = await canary.Router.SendAsync(
            "/score", """{"queries":["q","r"],"documents":["a full=5 next=1","b full=6 next=2"],"use_activation":false}""");

        Assert.Equal("r1", answer.Header("X-Rerank-Revision"));
        Assert.Contains("\"score\":5}", answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"score\":6}", answer.Body, StringComparison.Ordinal);
        var evidence = await canary.EvidenceAsync();
        Assert.Equal((1, 1, 0), (evidence.Candidate.Requests, evidence.Candidate.Errors, evidence.Stable.Requests));
    }

    [Fact]
    public async Task FullModelGivesInvalidScores_StableAnswersInsteadOfALowerTier()
    {
        await using var canary = await Canary.StartAsync(table: table => table with
        {
            Candidate = table.Candidate! with { Arm = table.Candidate.Arm with { Tiers = [Tables.Model("full", Tables.Always), Tables.Model("next")] } },
        });
        canary.Candidate.Failure = (500, ScoreErrorCode.InvalidScores);

        var answer = await canary.Router.CohereAsync("q", Documents);

        Assert.Equal(("r1", null), (answer.Header("X-Rerank-Revision"), answer.Header("X-Rerank-Degraded")));
        var evidence = await canary.EvidenceAsync();
        Assert.Equal((1, 1, 1, 0), (evidence.Candidate.Requests, evidence.Candidate.InvalidScores, evidence.Candidate.Degraded, evidence.Candidate.Errors));
    }

    [Fact]
    public async Task Caller_HangsUp_CountsForNobody()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.Gate = new TaskCompletionSource();
        using var hangUp = new CancellationTokenSource();
        using var content = new StringContent("{\"query\":\"q\",\"texts\":[\"x full=1 next=1\"]}");

        var call = canary.Router.Main.PostAsync("/rerank", content, hangUp.Token);
        await Eventually.True(() => canary.Candidate.Requests.Count == 1, TestContext.Current.CancellationToken);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.Passes(
            async () => Assert.Contains("code=\"499\"} 1", await canary.Router.MetricsAsync(), StringComparison.Ordinal), TestContext.Current.CancellationToken);

        Assert.Equal(0, (await canary.EvidenceAsync()).Candidate.Requests);
        Assert.Empty(canary.Stable.Requests);
    }

    /// <summary>Callers that wait for less than the policy allows must not hide that an arm hangs, where stable would have answered them.</summary>
    [Theory]
    [InlineData(10, 0)]
    [InlineData(2000, 5)]
    public async Task CandidateHangs_CallersWaitForLessThanThePolicy_IsItsErrorWhereStableWouldMakeIt(int milliseconds, int errors)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var canary = await Canary.StartAsync(HalfWithLimit, time: time);
        await AnswerAsync(canary, time, TimeSpan.FromMilliseconds(20));
        canary.Dice.Value = 0;
        canary.Candidate.Gate = new TaskCompletionSource();

        var calls = Enumerable.Range(0, 5)
            .Select(i => canary.Router.CohereAsync($"q{i}", Documents, null, ("X-Rerank-Timeout-Milliseconds", $"{milliseconds}"))).ToArray();
        await Eventually.True(() => canary.Candidate.Requests.Count == 5, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status));
        var evidence = await canary.EvidenceAsync();
        Assert.Equal((errors, errors), (evidence.Candidate.Requests, evidence.Candidate.ErrorsByReason.GetValueOrDefault("deadline")));
        Assert.Equal(errors > 0 ? true : null, evidence.Trip?.IsCandidates);
    }

    [Theory]
    [InlineData(0, 30, 0)]
    [InlineData(0, 60, 1)]
    [InlineData(999, 30, 0)]
    [InlineData(999, 60, 1)]
    public async Task Caller_HangsUpWhenStableWouldHaveAnswered_IsTheArmsError(int place, int milliseconds, int errors)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var canary = await Canary.StartAsync(HalfWithLimit, time: time);
        await AnswerAsync(canary, time, TimeSpan.FromMilliseconds(20));
        canary.Dice.Value = place;
        var asked = place == 0 ? canary.Candidate : canary.Stable;
        asked.Gate = new TaskCompletionSource();
        var before = asked.Requests.Count;
        using var hangUp = new CancellationTokenSource();
        using var content = new StringContent("{\"query\":\"q\",\"texts\":[\"x full=1 next=1\"]}");

        var call = canary.Router.Main.PostAsync("/rerank", content, hangUp.Token);
        await Eventually.True(() => asked.Requests.Count == before + 1, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.Passes(
            async () => Assert.Contains("code=\"499\"} 1", await canary.Router.MetricsAsync(), StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var evidence = await canary.EvidenceAsync();
        var (its, others) = place == 0 ? (evidence.Candidate, evidence.Stable) : (evidence.Stable, evidence.Candidate);
        Assert.Equal((errors, errors, 0), (its.Errors, its.ErrorsByReason.GetValueOrDefault("abandoned"), others.Errors));
    }

    [Fact]
    public async Task Requests_WithAndWithoutAKey_AreComparedByPlaceAndByStratum()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var canary = await Canary.StartAsync(candidate => candidate with { Epoch = 5 }, time: time);

        await canary.Router.CohereAsync("q", Documents, null, ("X-Session-Id", "alice"));
        await canary.Router.CohereAsync("q", Documents);
        await canary.Router.CohereAsync("q", Documents, null, Canary.Force);
        time.Advance(StratumEvidence.Duration);

        var evidence = await canary.EvidenceAsync();
        Assert.Equal((5, 5, 1000), (evidence.Epoch, evidence.Places!.Epoch, evidence.Places.TrafficPermille));
        Assert.Equal(1, PlaceCounts.Unpack(evidence.Places.Shares[Shares.Errors].Trials)[AssignmentRule.BucketOf("alice", "c1")]);
        Assert.Equal(new ShareCounts(0, 0, 1, 0), evidence.Strata.Single().Shares[Shares.Errors]);
        var later = await canary.Router.Admin.GetFromJsonAsync(
            $"{AdminProtocol.StatusPath}?{AdminProtocol.AfterStratumQuery}=1", WireJson.Default.RouterStatus, TestContext.Current.CancellationToken);
        Assert.Empty(later!.Candidate!.Strata);
        using var wrong = await canary.Router.Admin.GetAsync($"{AdminProtocol.StatusPath}?{AdminProtocol.AfterStratumQuery}=-1", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    /// <summary>Whose cache it is makes no difference: where either has something, neither arm's time is compared.</summary>
    [Theory]
    [InlineData(999)]
    [InlineData(0)]
    public async Task Times_WhereACacheOfEitherArmHasSomething_AreNotCompared(int place)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var canary = await Canary.StartAsync(
            candidate => candidate with { TrafficPermille = 500, LatencyTests = [new LatencyTest("p50", 500, 0)] }, cached: true, time: time);
        canary.Dice.Value = 999;
        for (var i = 0; i < 110; i++)
            await canary.Router.CohereAsync($"warm {i}", Documents);
        await CachedAsync(canary, 330);
        time.Advance(StratumEvidence.Duration);

        canary.Dice.Value = place;
        await canary.Router.CohereAsync("cold", Documents);
        await CachedAsync(canary, 333);
        canary.Dice.Value = 999 - place;
        await canary.Router.CohereAsync("cold", Documents);
        await canary.Router.CohereAsync("warm 1", Documents);
        time.Advance(StratumEvidence.Duration);

        var stratum = (await canary.EvidenceAsync()).Strata[^1].Shares;
        Assert.Equal(3, stratum[Shares.Errors].StableTrials + stratum[Shares.Errors].CandidateTrials);
        var slow = stratum[Shares.Slow("p50")];
        Assert.Equal(place == 0 ? (0, 1) : (1, 0), (slow.StableTrials, slow.CandidateTrials));
    }

    /// <summary>What comes after the first passages isn't looked for.</summary>
    [Theory]
    [InlineData(15, true)]
    [InlineData(16, false)]
    public async Task Times_OfARequestWithAKnownPassage_AreNotComparedWhereItIsAmongTheFirst(int at, bool isKnown)
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 500 }, cached: true);
        canary.Dice.Value = 999;
        var known = Canary.Documents((1, 2));
        await canary.Router.CohereAsync("q", known);
        await CachedAsync(canary, 1);
        string[] others = [.. Enumerable.Range(0, 20).Select(i => $"other {i}")];
        var table = canary.Router.App.Services.GetRequiredService<TableStore>().Current!;

        var subject = new RankingSubject(new RerankRequest { Query = "q", Documents = [.. others[..at], .. known, .. others[at..]] });

        Assert.Equal(isKnown, table.HasAnyScore(subject));
    }

    [Fact]
    public async Task Forced_ByHeader_IsServedAndCountsForNobody()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 0, MirrorPermille = 1000 });

        var answer = await canary.Router.CohereAsync("q", Documents, null, Canary.Force);
        canary.Candidate.Failure = (500, ScoreErrorCode.ModelFailed);
        var steppedIn = await canary.Router.CohereAsync("q", Documents, null, Canary.Force);

        Assert.Equal("c1", answer.Header("X-Rerank-Revision"));
        Assert.Equal("r1", steppedIn.Header("X-Rerank-Revision"));
        var evidence = await canary.EvidenceAsync();
        Assert.Equal((0, 0, 0), (evidence.Candidate.Requests, evidence.Stable.Requests, evidence.Candidate.InvalidScores));
        Assert.Equal((0, 0, 0), (evidence.Shadow.Pairs, evidence.Shadow.Failed, evidence.Shadow.Skipped));
    }

    [Fact]
    public async Task Degraded_Answer_IsServedByTheCandidateAndCounted()
    {
        await using var canary = await Canary.StartAsync(
            candidate => candidate with { Arm = candidate.Arm with { Tiers = [Tables.Model("next", Tables.Always), Tables.Model("gone")] } },
            table: table => table with { Clusters = [.. table.Clusters, Tables.Cluster("gone")] });

        var answer = await canary.Router.CohereAsync("q", Documents);

        Assert.Equal(("c1", "true"), (answer.Header("X-Rerank-Revision"), answer.Header("X-Rerank-Degraded")));
        Assert.Equal((1, 0, 1), (
            (await canary.EvidenceAsync()).Candidate.Requests, (await canary.EvidenceAsync()).Candidate.Errors, (await canary.EvidenceAsync()).Candidate.Degraded));
    }

    [Fact]
    public async Task Cache_IsSharedButNeverMixesModelsNorHidesLatency()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 500 }, cached: true);
        canary.Dice.Value = 999;
        await canary.Router.CohereAsync("q", Documents);
        await CachedAsync(canary, 3);

        canary.Dice.Value = 0;
        var first = await canary.Router.CohereAsync("q", Documents);
        await CachedAsync(canary, 6);
        var second = await canary.Router.CohereAsync("q", Documents);

        first.HasOrder(2, 0, 1);
        second.HasOrder(2, 0, 1);
        Assert.Equal(("next", "cache"), (first.Tier, second.Tier));
        var evidence = await canary.EvidenceAsync();
        Assert.Equal((2, 1), (evidence.Candidate.Requests, evidence.Candidate.Latency.Counts.Values.Sum()));
    }

    /// <summary>Hosts of another release may score otherwise: their answers are looked at, and not those that stable got.</summary>
    [Fact]
    [Trait("Fault", "T59")]
    public async Task Cache_OneModelInOtherHosts_CandidateIsAskedAndNotAnsweredByStablesScores()
    {
        await using var canary = await Canary.StartAsync(
            candidate => candidate with
            {
                TrafficPermille = 500,
                Arm = candidate.Arm with { Tiers = [Tables.Cache, Tables.Model("full") with { Model = Tables.Model("full").Model! with { Cluster = "next" } }] },
            },
            cached: true);
        canary.Candidate.Digests.Add(StubHost.DigestOf("full"));
        canary.Dice.Value = 999;
        await canary.Router.CohereAsync("q", Documents);
        await CachedAsync(canary, 3);
        Assert.Equal("cache", (await canary.Router.CohereAsync("q", Documents)).Tier);

        canary.Dice.Value = 0;
        var first = await canary.Router.CohereAsync("q", Documents);
        await CachedAsync(canary, 6);
        var second = await canary.Router.CohereAsync("q", Documents);

        Assert.Single(canary.Candidate.Requests);
        Assert.Equal(("full", "cache"), (first.Tier, second.Tier));
    }

    [Fact]
    public async Task CandidateHasNoAnswer_UnderInputOrder_StableAnswersAndItIsAnError()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with
        {
            Arm = candidate.Arm with { Policy = new RouterPolicy { FailurePolicy = FailurePolicy.InputOrder } },
        });
        canary.Candidate.Failure = (503, ScoreErrorCode.ModelNotReady);

        var answer = await canary.Router.CohereAsync("q", Documents);

        answer.HasOrder(1, 2, 0);
        Assert.Equal(("r1", null), (answer.Header("X-Rerank-Revision"), answer.Header("X-Rerank-Degraded")));
        var evidence = await canary.EvidenceAsync();
        Assert.Equal((1, 1, 0, 0), (evidence.Candidate.Requests, evidence.Candidate.Errors, evidence.Candidate.Degraded, evidence.Stable.Requests));
    }

    [Fact]
    public async Task Cache_OfAnotherSize_IsTheCandidatesOwnAndGoesWithIt()
    {
        await using var canary = await Canary.StartAsync(cached: true, table: table => table with { Candidate = null });
        await canary.Router.CohereAsync("q", Documents);
        await CachedAsync(canary, 3);
        var larger = Tables.Cache with { Cache = new CacheTier(2 * 1024 * 1024, 3600) };
        var candidate = Tables.Candidate([larger, Tables.Model("next")], traffic: 0);
        await canary.ChangeAsync(_ => candidate);

        var stables = await canary.Router.CohereAsync("q", Documents);
        await canary.Router.CohereAsync("q", Documents, null, Canary.Force);
        await CachedAsync(canary, 6);
        canary.Table = canary.Table with { Stable = candidate.Arm };
        await canary.ChangeAsync(_ => null);
        var promoted = await canary.Router.CohereAsync("q", Documents);

        Assert.Equal(("r1", "cache"), (stables.Header("X-Rerank-Revision"), stables.Tier));
        Assert.Equal(("c1", "cache"), (promoted.Header("X-Rerank-Revision"), promoted.Tier));
        promoted.HasOrder(2, 0, 1);
    }

    [Fact]
    public async Task Table_ChangesWithinATry_CountsGoOn()
    {
        await using var canary = await Canary.StartAsync();
        await canary.Router.CohereAsync("q", Documents);

        var status = await canary.ChangeAsync(candidate => candidate with { TrafficPermille = 700 });

        Assert.Equal((700, 1), (status.Candidate!.TrafficPermille, status.Candidate.Candidate.Requests));
    }

    [Fact]
    public async Task Table_WithoutTheCandidateAndWithItAgain_CountsNeverFall()
    {
        await using var canary = await Canary.StartAsync();
        await canary.Router.CohereAsync("q", Documents);
        var same = canary.Table.Candidate!;

        Assert.Null((await canary.ChangeAsync(_ => null)).Candidate);
        Assert.Equal("r1", (await canary.Router.CohereAsync("q", Documents)).Header("X-Rerank-Revision"));
        Assert.Equal(1, (await canary.ChangeAsync(_ => same)).Candidate!.Candidate.Requests);
    }

    [Theory]
    [InlineData("c1", 2)]
    [InlineData("c2", 1)]
    public async Task Table_WithAnotherTry_StartsFromZeroWithoutWhatIsStillRunning(string revision, int attempt)
    {
        await using var canary = await Canary.StartAsync();
        await canary.Router.CohereAsync("q", Documents);
        canary.Candidate.Gate = new TaskCompletionSource();
        var running = canary.Router.CohereAsync("q", Documents);
        await Eventually.True(() => canary.Candidate.Requests.Count == 2, TestContext.Current.CancellationToken);

        await canary.ChangeAsync(candidate => candidate with { Attempt = attempt, Arm = candidate.Arm with { Revision = revision } });
        canary.Candidate.Gate.SetResult();

        Assert.Equal("c1", (await running).Header("X-Rerank-Revision"));
        var evidence = await canary.EvidenceAsync();
        Assert.Equal((revision, attempt), (evidence.Revision, evidence.Attempt));
        Assert.Equivalent(ArmEvidence.None, evidence.Candidate, strict: true);
    }

    [Fact]
    public async Task CandidateLeaves_WhileARequestWaitsForIt_StableAnswersAndItIsNoError()
    {
        await using var canary = await Canary.StartAsync();
        var same = canary.Table.Candidate!;
        canary.Candidate.Gate = new TaskCompletionSource();
        var running = canary.Router.CohereAsync("q", Documents);
        await Eventually.True(() => canary.Candidate.Requests.Count == 1, TestContext.Current.CancellationToken);

        await canary.ChangeAsync(_ => null);
        canary.Candidate.Digests.Clear();
        canary.Candidate.Gate.SetResult();

        Assert.Equal("r1", (await running).Header("X-Rerank-Revision"));
        Assert.Equal(0, (await canary.ChangeAsync(_ => same)).Candidate!.Candidate.Requests);
    }

    [Fact]
    public async Task InfiniteScores_AreInvalid()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.RawAnswer = request =>
            $$"""{"digest":"{{request.Digest}}","logits":[1e999,1,2],"tokens":[1,1,1],"truncated":[false,false,false]}""";

        var answer = await canary.Router.CohereAsync("q", Documents);

        Assert.Equal("r1", answer.Header("X-Rerank-Revision"));
        Assert.Equal((1, 1), ((await canary.EvidenceAsync()).Candidate.Errors, (await canary.EvidenceAsync()).Candidate.InvalidScores));
    }

    private static Func<CandidateArm, CandidateArm> Patient(int milliseconds) => candidate => candidate with
    {
        Arm = candidate.Arm with { Policy = new RouterPolicy { RequestTimeoutMilliseconds = milliseconds } },
    };

    /// <summary>The cache is filled after the answer.</summary>
    private static CandidateArm HalfWithLimit(CandidateArm candidate) => candidate with
    {
        TrafficPermille = 500,
        MirrorPermille = 0,
        HardLimits = [new HardLimit { Name = "errors", Type = HardLimitType.Error, Permille = 200, MinRequests = 5 }],
    };

    /// <summary>Has stable answer enough requests to know how long it takes.</summary>
    private static async Task AnswerAsync(Canary canary, FakeTimeProvider time, TimeSpan duration)
    {
        canary.Dice.Value = 999;
        var gate = canary.Stable.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, 110).Select(i => canary.Router.CohereAsync($"warm {i}", Documents)).ToArray();
        await Eventually.True(() => canary.Stable.Requests.Count == calls.Length, TestContext.Current.CancellationToken);
        time.Advance(duration);
        gate.SetResult();
        await Task.WhenAll(calls);
        canary.Stable.Gate = null;
    }

    private static Task CachedAsync(Canary canary, int entries) => Eventually.Passes(
        async () => Assert.Contains($"rerank_router_cache_entries {entries}\n", await canary.Router.MetricsAsync(), StringComparison.Ordinal),
        TestContext.Current.CancellationToken);
}
