using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Operator.Pipelines.Watch;
using Rerank.Operator.Runtime;
using Rerank.Operator.Tests.World;
using Rerank.TestKit;

namespace Rerank.Operator.Tests.Pipelines.Watch;

public sealed class CandidateWatchTests : IDisposable
{
    private static readonly ObjectKey Search = new("shop", "search");
    private static readonly ObjectKey Help = new("shop", "help");

    private readonly FakeTimeProvider _time = new();
    private readonly Triggers _triggers = new();
    private readonly FakeRouters _routers = new();
    private readonly CandidateWatch _watch;

    public CandidateWatchTests() =>
        _watch = new(new(_routers, Options.Create(new OperatorOptions()), _time), _triggers, _time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _watch.Dispose();
        _routers.Dispose();
    }

    [Fact]
    public async Task Look_OneOfThreeRoutersTripped_HasItsPipelineReconciled()
    {
        _watch.Follow(Candidate(Search, "10.0.0.1", "10.0.0.2", "10.0.0.3"));
        _watch.Follow(Candidate(Help, "10.0.0.4"));
        _routers.Trip("10.0.0.2");

        await _watch.LookAsync(Stop);

        Assert.Equal([Search], _triggers.Keys);
        Assert.Equal(4, _routers.Asked.Count);
    }

    [Fact]
    public async Task Look_NothingTripped_LeavesPipelinesAlone()
    {
        _watch.Follow(Candidate(Search, "10.0.0.1"));

        await _watch.LookAsync(Stop);

        Assert.Empty(_triggers.Keys);
    }

    [Theory]
    [InlineData("new", 2)]
    [InlineData("other", 1)]
    public async Task Look_AnotherTryTripped_IsNotAboutThisOne(string revision, int attempt)
    {
        _watch.Follow(Candidate(Search, "10.0.0.1"));
        _routers.Trip("10.0.0.1", revision, attempt);

        await _watch.LookAsync(Stop);

        Assert.Empty(_triggers.Keys);
    }

    [Fact]
    public async Task Look_AfterATrip_TellsOnceForEachTry()
    {
        _watch.Follow(Candidate(Search, "10.0.0.1", "10.0.0.2"));
        _routers.Trip("10.0.0.1");
        await _watch.LookAsync(Stop);
        _watch.Follow(Candidate(Search, "10.0.0.1", "10.0.0.2"));
        await _watch.LookAsync(Stop);
        Assert.Equal([Search], _triggers.Keys);

        _watch.Follow(Candidate(Search, "10.0.0.1", "10.0.0.2") with { Attempt = 2 });
        _routers.Trip("10.0.0.1", attempt: 2);
        await _watch.LookAsync(Stop);

        Assert.Equal([Search, Search], _triggers.Keys);
    }

    [Fact]
    public async Task Look_Forgotten_AsksNobody()
    {
        _watch.Follow(Candidate(Search, "10.0.0.1"));
        _watch.Forget(Search);

        await _watch.LookAsync(Stop);

        Assert.Empty(_routers.Asked);
    }

    [Fact]
    public async Task Look_RouterReplaced_AsksTheNewOne()
    {
        _watch.Follow(Candidate(Search, "10.0.0.1"));
        _watch.Follow(Candidate(Search, "10.0.0.9"));

        await _watch.LookAsync(Stop);

        Assert.Equal(["10.0.0.9"], _routers.Asked);
    }

    [Fact]
    public async Task Look_RouterDown_DoesNotKeepOthersFromTelling()
    {
        _watch.Follow(Candidate(Search, "10.0.0.1", "10.0.0.2"));
        _routers.Down.Add("10.0.0.1");
        _routers.Trip("10.0.0.2");

        await _watch.LookAsync(Stop);

        Assert.Equal([Search], _triggers.Keys);
    }

    [Fact]
    public async Task Look_RouterHangs_IsNotAskedTwiceAndOthersTell()
    {
        _watch.Follow(Candidate(Search, "10.0.0.1", "10.0.0.2"));
        _routers.Hanging.Add("10.0.0.1");
        var first = _watch.LookAsync(Stop);
        _routers.Trip("10.0.0.2");

        await _watch.LookAsync(Stop);

        Assert.Equal([Search], _triggers.Keys);
        Assert.Single(_routers.Asked, "10.0.0.1");
        _time.Advance(TimeSpan.FromSeconds(1));
        await first;
    }

    [Fact]
    public async Task Look_RouterHungBefore_IsAskedAgain()
    {
        _watch.Follow(Candidate(Search, "10.0.0.1"));
        _routers.Hanging.Add("10.0.0.1");
        var first = _watch.LookAsync(Stop);
        _time.Advance(TimeSpan.FromSeconds(1));
        await first;

        _routers.Hanging.Clear();
        _routers.Trip("10.0.0.1");
        await _watch.LookAsync(Stop);

        Assert.Equal([Search], _triggers.Keys);
    }

    [Fact]
    public async Task Look_WrongToken_LeavesPipelinesAlone()
    {
        _watch.Follow(Candidate(Search, "10.0.0.1") with { Token = "old" });
        _routers.Trip("10.0.0.1");

        await _watch.LookAsync(Stop);

        Assert.Empty(_triggers.Keys);
    }

    [Fact]
    public async Task Running_AQuarterOfASecondAfterATrip_HasThePipelineReconciled()
    {
        await _watch.StartAsync(Stop);
        _watch.Follow(Candidate(Search, "10.0.0.1"));
        _routers.Trip("10.0.0.1");

        // The timer's own start is not seen from here; once it runs, a period is enough.
        await Eventually.Passes(
            () =>
            {
                _time.Advance(CandidateWatch.Period);
                Assert.Equal([Search], _triggers.Keys);
            },
            Stop);
        await _watch.StopAsync(Stop);
    }

    [Fact]
    public void ToString_OfACandidate_HasNoToken() => Assert.DoesNotContain("secret", Candidate(Search, "10.0.0.1").ToString());

    private static WatchedCandidate Candidate(ObjectKey pipeline, params string[] routers) =>
        new(pipeline, "new", 1, [.. routers.Select(r => new Uri($"http://{r}:9090"))], "secret");

    /// <summary>The admin ports of routers, by address.</summary>
    private sealed class FakeRouters : HttpMessageHandler, IHttpClientFactory
    {
        private readonly ConcurrentDictionary<string, CandidateStatus> _tripped = [];

        public ConcurrentQueue<string> Asked { get; } = [];

        public HashSet<string> Down { get; } = [];

        public HashSet<string> Hanging { get; } = [];

        public void Trip(string router, string revision = "new", int attempt = 1) => _tripped[router] = new()
        {
            Revision = revision,
            Attempt = attempt,
            TrafficPermille = 0,
            Trip = new("errors", "20 of 25 requests in 10 s failed", DateTimeOffset.UnixEpoch),
            Stable = ArmEvidence.None,
            Candidate = ArmEvidence.None,
            Shadow = ShadowEvidence.None,
        };

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var router = request.RequestUri!.Host;
            Asked.Enqueue(router);
            if (Down.Contains(router))
                throw new HttpRequestException("connection refused");
            if (Hanging.Contains(router))
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            if (request.Headers.Authorization?.Parameter != "secret")
                return new(HttpStatusCode.Unauthorized);
            var status = new RouterStatus
            {
                ProcessId = router,
                Generation = 7,
                Revision = "old",
                Confirmed = true,
                Candidate = _tripped.GetValueOrDefault(router),
                Clusters = [],
                Requests = 0,
                Errors = 0,
            };
            var text = JsonSerializer.Serialize(status, ContractsJson.Default.RouterStatus);
            return new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
        }
    }
}
