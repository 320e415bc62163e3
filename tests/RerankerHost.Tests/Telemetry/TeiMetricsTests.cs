using System.Text;
using Prometheus;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Telemetry;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Telemetry;

/// <summary>The names of text-embeddings-inference, for dashboards that exist.</summary>
public sealed class TeiMetricsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Requests_AreCountedUnderTeisNames()
    {
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels());
        await host.ApplyAsync(RunningHost.Set(1, TestModel.Named("q").InFolder(_folder)));
        await host.EventuallyAsync("q", ModelState.Ready);

        foreach (var body in (string[])["""{"query":"q","texts":["1","2"]}""", "{", """{"query":"fail","texts":["1"]}"""])
        {
            using var content = new StringContent(body);
            (await host.Main.PostAsync("/rerank", content, RunningHost.Cancelled)).Dispose();
        }

        var metrics = await host.Main.GetStringAsync("/metrics", RunningHost.Cancelled);
        string[] lines =
        [
            "te_request_count{method=\"batch\"} 3", "te_request_success{method=\"batch\"} 1", "te_request_failure{err=\"validation\"} 1", "te_request_failure{err=\"inference\"} 1",
            "te_request_duration_count 1", "te_request_input_length_count 2", "te_request_input_length_sum 6", "te_queue_size 0",
        ];
        Assert.All(lines, line => Assert.Contains(line + "\n", metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task StagesAndBatches_AreObservedUnderTeisNames()
    {
        var registry = Metrics.NewCustomRegistry();
        var metrics = new HostMetrics(registry, TimeProvider.System);

        metrics.Timed(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(300));
        metrics.Batched(4, 250);
        metrics.Answered("tokenize", 200, TimeSpan.FromSeconds(1));
        metrics.Answered("tei", 429, TimeSpan.FromSeconds(1));
        metrics.Answered("tei", 499, TimeSpan.FromSeconds(1));
        metrics.Answered("tei", 503, TimeSpan.FromSeconds(1));

        using var stream = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(stream, RunningHost.Cancelled);
        var text = Encoding.UTF8.GetString(stream.ToArray());
        string[] lines =
        [
            "te_request_tokenization_duration_sum 0.001", "te_request_queue_duration_sum 0.02", "te_request_inference_duration_sum 0.3", "te_batch_next_size_sum 4",
            "te_batch_next_tokens_sum 250", "te_request_failure{err=\"overloaded\"} 1", "te_request_failure{err=\"unhealthy\"} 1", "te_request_count{method=\"batch\"} 3",
            "te_request_duration_count 0", "te_request_success{method=\"batch\"} 0",
        ];
        Assert.All(lines, line => Assert.Contains(line + "\n", text, StringComparison.Ordinal));
    }
}
