using System.Diagnostics;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Telemetry;
using Rerank.RerankerHost.Tests.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Telemetry;

public sealed class HostTracesTests : IDisposable
{
    private const string Secret = "what nobody else may read";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Request_WithATraceParent_GoesToTheCollectorAsAPartOfThatTrace_WithoutItsTexts()
    {
        await using var collector = await OtlpCollector.StartAsync(RunningHost.Cancelled);
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels(), change: options => options with { OtlpEndpoint = collector.Address });
        await host.ApplyAsync(RunningHost.Set(1, TestModel.Named("q").InFolder(_folder)));
        await host.EventuallyAsync("q", ModelState.Ready);
        var (trace, parent) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/rerank");
        request.Content = new StringContent($$"""{"model":"q","query":"{{Secret}}","documents":["{{Secret}} 1"]}""");
        request.Headers.Add("traceparent", $"00-{trace}-{parent}-01");
        (await host.Main.SendAsync(request, RunningHost.Cancelled)).Dispose();
        await host.StopAsync();

        await Eventually.True(() => collector.Has(Convert.FromHexString(trace.ToHexString())), RunningHost.Cancelled);
        Assert.True(collector.Has(Convert.FromHexString(parent.ToHexString())));
        Assert.All((string[])["rerank-host", "rerank cohere-v2", "score", "rerank.model"], text => Assert.True(collector.Has(text), text));
        Assert.False(collector.Has(Secret));
    }

    [Fact]
    public async Task Request_WithoutATraceParent_BeginsATrace()
    {
        using var spans = new Spans(HostTraces.SourceName);
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels());
        await host.ApplyAsync(RunningHost.Set(1, TestModel.Named("q").InFolder(_folder)));
        await host.EventuallyAsync("q", ModelState.Ready);

        using var content = new StringContent("""{"query":"q","texts":["1","2"]}""");
        using var response = await host.Main.PostAsync("/rerank", content, RunningHost.Cancelled);

        var id = response.Headers.GetValues("X-Rerank-Request-Id").Single();
        await Eventually.True(() => spans.All.Any(span => Equals(span.GetTagItem("rerank.request_id"), id)), RunningHost.Cancelled);
        var server = spans.All.Single(span => Equals(span.GetTagItem("rerank.request_id"), id));
        Assert.Equal(("rerank tei", ActivityKind.Server, null, 200), (server.DisplayName, server.Kind, server.ParentId, server.GetTagItem("http.response.status_code")));
        var score = spans.All.Single(span => span.ParentId == server.Id);
        Assert.Equal(("score", "q", 2), (score.DisplayName, score.GetTagItem("rerank.model"), score.GetTagItem("rerank.pairs")));
    }

    [Fact]
    public void AddStages_FollowEachOtherWithinTheScoring()
    {
        using var spans = new Spans(HostTraces.SourceName);
        using var score = HostTraces.Score("stages", 3)!;

        HostTraces.AddStages(score, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(300));

        var stages = spans.All.Where(span => span.ParentId == score.Id).OrderBy(span => span.StartTimeUtc).ToArray();
        Assert.Equal(["tokenize", "queue", "inference"], stages.Select(stage => stage.DisplayName));
        Assert.Equal([1, 20, 300], stages.Select(stage => stage.Duration.TotalMilliseconds));
        Assert.Equal(score.StartTimeUtc, stages[0].StartTimeUtc);
        Assert.Equal(stages[1].StartTimeUtc + stages[1].Duration, stages[2].StartTimeUtc);
        Assert.Same(score, Activity.Current);
    }

    [Fact]
    public void AddStages_WithoutSpans_DoesNothing() => HostTraces.AddStages(null, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
}
