using System.Text;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Rerank.Operator.Runtime.Queue;
using Rerank.Operator.Runtime.Telemetry;

namespace Rerank.Operator.Runtime.Tests.Telemetry;

public sealed class RuntimeMetricsTests
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly RuntimeMetrics _metrics;

    public RuntimeMetricsTests() => _metrics = new RuntimeMetrics(_registry);

    [Fact]
    public async Task Controller_BeforeTheFirstReconcile_HasAllItsSeries()
    {
        _ = new ControllerMetrics(_metrics, "thing", workers: 4);
        _ = new QueueMetrics(_metrics, "thing");

        var text = await TextAsync();

        foreach (var result in new[] { "success", "error", "requeue_after" })
            Assert.Contains($"controller_runtime_reconcile_total{{controller=\"thing\",result=\"{result}\"}} 0\n", text, StringComparison.Ordinal);
        foreach (var reason in new[] { "failure", "exception", "conflict", "timeout" })
            Assert.Contains($"controller_runtime_reconcile_errors_total{{controller=\"thing\",reason=\"{reason}\"}} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("controller_runtime_reconcile_timeouts_total{controller=\"thing\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("controller_runtime_reconcile_panics_total{controller=\"thing\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("controller_runtime_max_concurrent_reconciles{controller=\"thing\"} 4\n", text, StringComparison.Ordinal);
        Assert.Contains("controller_runtime_active_workers{controller=\"thing\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("workqueue_depth{name=\"thing\",controller=\"thing\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("workqueue_retries_total{name=\"thing\",controller=\"thing\"} 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_AddsAndWork_AreCountedAndTimed()
    {
        var time = new FakeTimeProvider();
        using var queue = new WorkQueue<int>(
            new Backoff<int>(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)), time, new QueueMetrics(_metrics, "thing"));
        _metrics.Observe("thing", queue);

        queue.Add(1);
        queue.Add(1);
        queue.Add(2);
        queue.AddRateLimited(3);
        time.Advance(TimeSpan.FromSeconds(0.5));
        await queue.TakeAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(0.25));

        var text = await TextAsync();
        Assert.Contains("workqueue_adds_total{name=\"thing\",controller=\"thing\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("workqueue_depth{name=\"thing\",controller=\"thing\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("workqueue_retries_total{name=\"thing\",controller=\"thing\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("workqueue_queue_duration_seconds_sum{name=\"thing\",controller=\"thing\"} 0.5\n", text, StringComparison.Ordinal);
        Assert.Contains("workqueue_unfinished_work_seconds{name=\"thing\",controller=\"thing\"} 0.25\n", text, StringComparison.Ordinal);
        Assert.Contains("workqueue_longest_running_processor_seconds{name=\"thing\",controller=\"thing\"} 0.25\n", text, StringComparison.Ordinal);
    }

    private async Task<string> TextAsync()
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
