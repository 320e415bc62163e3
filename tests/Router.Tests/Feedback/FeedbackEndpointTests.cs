using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Evidence;
using Rerank.Router.Feedback;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Feedback;

public sealed class FeedbackEndpointTests
{
    private static readonly string[] Documents = Canary.Documents((1, 2), (3, 1), (2, 3));

    [Fact]
    public async Task Feedback_ToBothArms_CountsForTheArmThatAnswered()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with { TrafficPermille = 500 });
        var candidates = await canary.Router.CohereAsync("q", Documents);
        canary.Dice.Value = 999;
        var stables = await canary.Router.CohereAsync("q", Documents);

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(canary.Router, candidates, ("click", 0), ("accept", 1))).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(canary.Router, stables, ("reject", 1))).Status);

        var evidence = await canary.EvidenceAsync();
        Assert.Equivalent(Evidence(rank: 2, clicked: 1, accepted: 1, rejected: 0), evidence.Candidate.Feedback, strict: true);
        Assert.Equivalent(Evidence(rank: 0, clicked: 0, accepted: 0, rejected: 1), evidence.Stable.Feedback, strict: true);
        Assert.Contains("rerank_router_feedback_total{result=\"joined\"} 2\n", await canary.Router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_Again_CountsOnceAndAClickMovesAReject()
    {
        await using var canary = await Canary.StartAsync();
        var answer = await canary.Router.CohereAsync("q", Documents);

        foreach (var type in new[] { "reject", "reject", "click", "click" })
            await SendAsync(canary.Router, answer, (type, 2));
        await SendAsync(canary.Router, answer, ("click", 0));

        Assert.Equivalent(Evidence(rank: 1, clicked: 1, accepted: 0, rejected: 1), (await canary.EvidenceAsync()).Candidate.Feedback, strict: true);
    }

    [Fact]
    public async Task Answers_OldEnough_AreCountedOnceWithWhatIsKnownOfThem()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var canary = await Canary.StartAsync(candidate => candidate with { FeedbackAfterSeconds = 60 }, time: time);
        var clicked = await canary.Router.CohereAsync("q", Documents);
        var late = await canary.Router.CohereAsync("q", Documents);
        await canary.Router.CohereAsync("q", Documents, null, Canary.Force);
        await SendAsync(canary.Router, clicked, ("click", 2));

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.DoesNotContain((await canary.EvidenceAsync()).Strata, stratum => stratum.Shares.ContainsKey(Shares.Unclicked));
        time.Advance(TimeSpan.FromSeconds(1));
        await canary.EvidenceAsync();
        await SendAsync(canary.Router, late, ("click", 2));
        time.Advance(TimeSpan.FromMinutes(10));

        var evidence = await canary.EvidenceAsync();
        var counts = evidence.Strata.Single(stratum => stratum.Shares.ContainsKey(Shares.Unclicked)).Shares;
        Assert.Equal((new ShareCounts(0, 0, 2, 1), new ShareCounts(0, 0, 2, 1)), (counts[Shares.Unclicked], counts[Shares.RankMissed]));
        Assert.Equal(2, evidence.Candidate.Feedback.Clicked);
    }

    [Fact]
    public async Task Feedback_ToAForcedAnswer_IsTakenAndCountsForNobody()
    {
        await using var canary = await Canary.StartAsync();
        var answer = await canary.Router.CohereAsync("q", Documents, null, Canary.Force);

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(canary.Router, answer, ("click", 0))).Status);
        Assert.Equivalent(FeedbackEvidence.None, (await canary.EvidenceAsync()).Candidate.Feedback, strict: true);
    }

    [Fact]
    public async Task Feedback_ToAnEarlierTry_CountsForNoOther()
    {
        await using var canary = await Canary.StartAsync();
        var answer = await canary.Router.CohereAsync("q", Documents);
        await canary.ChangeAsync(candidate => candidate with { Attempt = 2 });

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(canary.Router, answer, ("click", 0))).Status);
        Assert.Equivalent(FeedbackEvidence.None, (await canary.EvidenceAsync()).Candidate.Feedback, strict: true);
    }

    [Fact]
    public async Task Feedback_WithoutACandidate_IsTaken()
    {
        await using var canary = await Canary.StartAsync(table: table => table with { Candidate = null });
        var answer = await canary.Router.CohereAsync("q", Documents);

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(canary.Router, answer, ("click", 0))).Status);
    }

    [Fact]
    public async Task Feedback_WrongOrUnknown_IsAnsweredLikeOtherErrors()
    {
        await using var canary = await Canary.StartAsync();
        var answer = await canary.Router.CohereAsync("q", Documents);

        var outOfRange = await SendAsync(canary.Router, answer, ("click", 3));
        var malformed = await canary.Router.SendAsync("/v1/feedback", "{");
        var unknown = await canary.Router.SendAsync("/v1/feedback", Body("0198c2f0-0000-7000-8000-000000000001", ("click", 0)));
        using var get = await canary.Router.Main.GetAsync("/v1/feedback", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.BadRequest, """{"message":"events[0] is about document 3, but the request had 3"}"""), (outOfRange.Status, outOfRange.Body));
        Assert.Equal(HttpStatusCode.BadRequest, malformed.Status);
        Assert.Equal(
            (HttpStatusCode.NotFound, """{"message":"request_id: there is no answer 0198c2f0-0000-7000-8000-000000000001 of the last hour, or more than 65536 came after it"}"""),
            (unknown.Status, unknown.Body));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        Assert.Equivalent(FeedbackEvidence.None, (await canary.EvidenceAsync()).Candidate.Feedback, strict: true);
        Assert.Contains("rerank_router_feedback_total{result=\"invalid\"} 3\n", await canary.Router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_AnHourLater_IsUnknown()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var canary = await Canary.StartAsync(time: time);
        var answer = await canary.Router.CohereAsync("q", Documents);

        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(canary.Router, answer, ("click", 0))).Status);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(canary.Router, answer, ("click", 0))).Status);
    }

    [Fact]
    public async Task Feedback_ToAnotherRoutersAnswer_IsHandedOn()
    {
        await using var canary = await Canary.StartAsync();
        await using var other = await RunningRouter.StartAsync(canary.Table with { Peers = [canary.Router.Main.BaseAddress!.ToString(), "http://127.0.0.1:1"] });
        var answer = await canary.Router.CohereAsync("q", Documents);

        var taken = await SendAsync(other, answer, ("click", 0));
        var outOfRange = await SendAsync(other, answer, ("click", 3));
        var unknown = await other.SendAsync("/v1/feedback", Body("0198c2f0-0000-7000-8000-000000000001", ("click", 0)));

        Assert.Equal(HttpStatusCode.Accepted, taken.Status);
        Assert.Equal((HttpStatusCode.BadRequest, """{"message":"events[0] is about document 3, but the request had 3"}"""), (outOfRange.Status, outOfRange.Body));
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
        Assert.Equal(1, (await canary.EvidenceAsync()).Candidate.Feedback.Clicked);
        Assert.Contains("rerank_router_feedback_total{result=\"forwarded\"} 1\n", await other.MetricsAsync(), StringComparison.Ordinal);
        Assert.Equal(2, (await other.StatusAsync()).Clusters.Count);
    }

    [Fact]
    public async Task Feedback_ToManyUnknownAnswersAtOnce_IsHandedOnToABound()
    {
        await using var peer = new SilentServer();
        await using var canary = await Canary.StartAsync(table: table => table with { Peers = [peer.Address] });

        var calls = Enumerable.Range(0, 3 * PeerFeedback.MaxAtOnce).Select(_ => canary.Router.SendAsync("/v1/feedback", Body(Guid.NewGuid().ToString(), ("click", 0))));
        var answers = await Task.WhenAll(calls);

        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.TooManyRequests && answer.Header("Retry-After") == "1");
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.NotFound);
        Assert.InRange(peer.Connections, 1, PeerFeedback.MaxAtOnce);
    }

    [Fact]
    public async Task Feedback_HandedOnAlready_IsNotHandedOnAgain()
    {
        await using var canary = await Canary.StartAsync();
        await using var other = await RunningRouter.StartAsync(canary.Table with { Peers = [canary.Router.Main.BaseAddress!.ToString()] });
        var answer = await canary.Router.CohereAsync("q", Documents);

        var refused = await other.SendAsync("/v1/feedback", Body(answer.Header("X-Rerank-Request-Id")!, ("click", 0)), ("X-Rerank-Feedback-Forwarded", "true"));

        Assert.Equal(HttpStatusCode.NotFound, refused.Status);
    }

    [Fact]
    [Trait("Fault", "A19")]
    public async Task Feedback_ToIdsThatRoutersGiveOut_GoesToThatRouterOnly()
    {
        await using var canary = await Canary.StartAsync();
        await using var third = await CountingPeer.StartAsync();
        await using var other = await RunningRouter.StartAsync(canary.Table with { Peers = [canary.Router.Main.BaseAddress!.ToString(), third.Address] });
        var answer = await canary.Router.CohereAsync("q", Documents);

        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(other, answer, ("click", 0))).Status);

        // Once for who it is.
        Assert.Equal(["GET /internal/v1/router"], third.Calls);
    }

    [Fact]
    [Trait("Fault", "A19")]
    public async Task Feedback_ToMadeUpIdsOfRouters_IsNotMultiplied()
    {
        await using var canary = await Canary.StartAsync();
        await using var peer = await CountingPeer.StartAsync();
        await using var router = await RunningRouter.StartAsync(canary.Table with { Peers = [peer.Address] });

        for (var i = 0; i < 50; i++)
        {
            var madeUp = new RequestIds(TimeProvider.System).Next();
            Assert.Equal(HttpStatusCode.NotFound, (await router.SendAsync("/v1/feedback", Body(madeUp.ToString(), ("click", 0)))).Status);
        }

        Assert.InRange(peer.Calls.Count, 1, 5);
        Assert.All(peer.Calls, call => Assert.Equal("GET /internal/v1/router", call));
    }

    [Fact]
    [Trait("Fault", "A19")]
    public async Task Feedback_ToIdsThatCallersChose_IsAskedForAndSentToTheRouterThatKnowsThem()
    {
        await using var canary = await Canary.StartAsync();
        await using var third = await CountingPeer.StartAsync();
        await using var other = await RunningRouter.StartAsync(canary.Table with { Peers = [third.Address, canary.Router.Main.BaseAddress!.ToString()] });
        var chosen = Guid.NewGuid();
        var answer = await canary.Router.CohereAsync("q", Documents, null, ("X-Rerank-Request-Id", chosen.ToString()));

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(other, answer, ("click", 0))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await other.SendAsync("/v1/feedback", Body(Guid.NewGuid().ToString(), ("click", 0)))).Status);

        Assert.DoesNotContain(third.Calls, call => !call.StartsWith("GET /internal/v1/answers/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Feedback_ToAnIdThatAnotherRouterGaveOutOnce_FindsTheOneThatAnsweredLast()
    {
        await using var canary = await Canary.StartAsync();
        await using var first = await CountingPeer.StartAsync();
        await using var other = await RunningRouter.StartAsync(canary.Table with { Peers = [first.Address, canary.Router.Main.BaseAddress!.ToString()] });
        var ids = new RequestIds(TimeProvider.System);
        (first.Router, first.Knows) = (ids.Router, false);
        var again = ids.Next().ToString();
        var answer = await canary.Router.CohereAsync("q", Documents, null, ("X-Rerank-Request-Id", again));

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(other, answer, ("click", 0))).Status);
    }

    /// <summary>As of a Service with addresses of both families.</summary>
    [Fact]
    public async Task Feedback_ToARouterWithSeveralAddresses_FindsItByEither()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var (ids, others) = (new RequestIds(time), new RequestIds(time));
        await using var canary = await Canary.StartAsync(time: time);
        await using var one = await CountingPeer.StartAsync();
        await using var other = await CountingPeer.StartAsync();
        await using var router = await RunningRouter.StartAsync(
            canary.Table with { Peers = [one.Address, other.Address] }, null, services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time)));
        one.Router = ids.Router;
        await router.SendAsync("/v1/feedback", Body(ids.Next().ToString(), ("click", 0)));
        (one.Router, other.Router) = (others.Router, ids.Router);

        for (var i = 0; i < 3; i++)
        {
            time.Advance(PeerDirectory.LeastBetween);
            Assert.Equal(HttpStatusCode.NotFound, (await router.SendAsync("/v1/feedback", Body(new RequestIds(time).Next().ToString(), ("click", 0)))).Status);
            Assert.Equal(HttpStatusCode.Accepted, (await router.SendAsync("/v1/feedback", Body(ids.Next().ToString(), ("click", 0)))).Status);
            other.Router = one.Router = ids.Router;
        }
    }

    [Fact]
    public async Task Feedback_SaidToBeForwarded_IsCountedAllTheSame()
    {
        await using var canary = await Canary.StartAsync();

        await canary.Router.SendAsync("/v1/feedback", Body(Guid.NewGuid().ToString(), ("click", 0)), ("X-Rerank-Feedback-Forwarded", "true"));

        Assert.Contains("rerank_router_feedback_total{result=\"unknown\"} 1\n", await canary.Router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_ToARouterThatStartedAnew_IsUnknownAndFindsTheNewOne()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var ids = new RequestIds(time);
        await using var canary = await Canary.StartAsync(time: time);
        await using var peer = await CountingPeer.StartAsync();
        await using var router = await RunningRouter.StartAsync(
            canary.Table with { Peers = [peer.Address] }, null, services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time)));
        peer.Router = 1;
        await router.SendAsync("/v1/feedback", Body(ids.Next().ToString(), ("click", 0)));

        peer.Router = ids.Router;
        Assert.Equal(HttpStatusCode.NotFound, (await router.SendAsync("/v1/feedback", Body(ids.Next().ToString(), ("click", 0)))).Status);
        time.Advance(PeerDirectory.LeastBetween);

        Assert.Equal(HttpStatusCode.Accepted, (await router.SendAsync("/v1/feedback", Body(ids.Next().ToString(), ("click", 0)))).Status);
    }

    private static FeedbackEvidence Evidence(int rank, int clicked, int accepted, int rejected) => new()
    {
        Answers = 1,
        Clicked = clicked,
        Accepted = accepted,
        Rejected = rejected,
        FirstRank = new Histogram(new Dictionary<int, long> { [rank] = 1 }),
    };

    private static string Body(string id, params (string Type, int Index)[] events) =>
        $$"""{"request_id":"{{id}}","events":[{{string.Join(',', events.Select(e => $$"""{"type":"{{e.Type}}","index":{{e.Index}}}"""))}}]}""";

    private static Task<Answer> SendAsync(RunningRouter router, Answer answer, params (string Type, int Index)[] events) =>
        router.SendAsync("/v1/feedback", Body(answer.Header("X-Rerank-Request-Id")!, events));
}
