using System.Net;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Router.Tests.Stubs;
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
        await using var canary = await Canary.StartAsync();
        canary.Candidate.WaitedMilliseconds = 60_000;

        await canary.Router.CohereAsync("q", Documents);

        Assert.Equal([KeyValuePair.Create(0, 1L)], (await canary.EvidenceAsync()).Candidate.Latency.Counts);
    }

    [Theory]
    [InlineData(503, ScoreErrorCode.ModelNotReady, "unavailable", 0)]
    [InlineData(429, ScoreErrorCode.Overloaded, "overloaded", 0)]
    [InlineData(404, ScoreErrorCode.ModelNotFound, "model_not_found", 0)]
    [InlineData(500, ScoreErrorCode.ModelFailed, "failed", 1)]
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
    public async Task CandidateTakesAllTheTime_IsItsError()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.Gate = new TaskCompletionSource();

        var answer = await canary.Router.CohereAsync("q", Documents, null, ("X-Rerank-Timeout-Milliseconds", "100"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
        Assert.Equal([KeyValuePair.Create("deadline", 1L)], (await canary.EvidenceAsync()).Candidate.ErrorsByReason);
        Assert.Empty(canary.Stable.Requests);
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
        canary.Candidate.Truncates = true;

        Assert.Equal(HttpStatusCode.BadRequest, (await canary.Router.SendAsync("/v2/rerank", "{")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await canary.Router.TeiAsync("q", Documents, truncate: false)).Status);
        canary.Candidate.Failure = (400, ScoreErrorCode.InvalidRequest);
        Assert.Equal(HttpStatusCode.BadRequest, (await canary.Router.CohereAsync("q", Documents)).Status);

        Assert.Equal((0, 0), ((await canary.EvidenceAsync()).Stable.Requests, (await canary.EvidenceAsync()).Candidate.Requests));
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

    /// <summary>The cache is filled after the answer.</summary>
    private static Task CachedAsync(Canary canary, int entries) => Eventually.Passes(
        async () => Assert.Contains($"rerank_router_cache_entries {entries}\n", await canary.Router.MetricsAsync(), StringComparison.Ordinal),
        TestContext.Current.CancellationToken);
}
