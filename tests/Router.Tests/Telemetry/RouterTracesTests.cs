using System.Diagnostics;
using Rerank.Router.Telemetry;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Telemetry;

public sealed class RouterTracesTests
{
    private static readonly string[] Documents = [Texts.Passage(0, small: 4, full: 3), Texts.Passage(1, small: 3, full: 1)];

    [Fact]
    public async Task Request_IsATraceFromTheCallerToTheHosts()
    {
        using var spans = new Spans(RouterTraces.SourceName);
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        var (trace, parent) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());

        await pipeline.Router.CohereAsync("q", Documents, null, ("traceparent", $"00-{trace}-{parent}-01"), ("tracestate", "a=b"));

        await Eventually.True(() => spans.All.Any(span => span.TraceId == trace && span.Kind == ActivityKind.Server), TestContext.Current.CancellationToken);
        var ours = spans.All.Where(span => span.TraceId == trace).ToArray();
        var server = ours.Single(span => span.Kind == ActivityKind.Server);
        Assert.Equal(("rerank cohere-v2", parent, "a=b"), (server.DisplayName, server.ParentSpanId, server.TraceStateString));
        Assert.Equal(["tier small", "tier full"], ours.Where(span => span.ParentId == server.Id).OrderBy(span => span.StartTimeUtc).Select(span => span.DisplayName));
        var asked = ours.Where(span => span.Kind == ActivityKind.Client).OrderBy(span => span.StartTimeUtc).ToArray();
        Assert.Equal(["small", "full"], asked.Select(span => span.GetTagItem("rerank.cluster")));
        Assert.Equal([asked[0].Id, asked[1].Id], [pipeline.Small.TraceParents.Single(), pipeline.Full.TraceParents.Single()]);
        Assert.DoesNotContain(ours.SelectMany(span => span.TagObjects), tag => tag.Value is string text && text.Contains("passage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Router_WithoutTraces_HandsTheCallersOn()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        var parent = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

        await pipeline.Router.CohereAsync("q", Documents, null, ("traceparent", parent));

        // In a process with other tests there may be spans, of the same trace then.
        Assert.StartsWith(parent[..36], pipeline.Full.TraceParents.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_ThatFails_IsAnErrorInItsSpanAndItsTiers()
    {
        using var spans = new Spans(RouterTraces.SourceName);
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        pipeline.Small.Failure = (500, "ModelFailed");
        var trace = ActivityTraceId.CreateRandom();

        await pipeline.Router.CohereAsync("q", Documents, null, ("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01"));

        await Eventually.True(() => spans.All.Any(span => span.TraceId == trace && span.Kind == ActivityKind.Server), TestContext.Current.CancellationToken);
        var failed = spans.All.Where(span => span.TraceId == trace && span.Status == ActivityStatusCode.Error);
        Assert.Equal(["score", "tier small"], failed.Select(span => span.DisplayName));
    }

    [Fact]
    public async Task Traces_GoToTheCollectorOfTheOptions()
    {
        await using var collector = await OtlpCollector.StartAsync(TestContext.Current.CancellationToken);
        await using var full = await StubHost.StartAsync("full");
        var table = Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]);
        await using (var router = await RunningRouter.StartAsync(table, options => options with { OtlpEndpoint = collector.Address }))
        {
            await router.CohereAsync("what nobody may read", ["a full=1"]);
            await router.App.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.All((string[])["rerank-router", "rerank cohere-v2", "tier full"], text => Assert.True(collector.Has(text), text));
        Assert.False(collector.Has("what nobody may read"));
    }
}
