using System.Text;
using Prometheus;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Telemetry;

namespace Rerank.Operator.Tests.Telemetry;

public sealed class RolloutMetricsTests
{
    private static readonly ObjectKey Search = new("shop", "search");
    private static readonly ObjectKey Help = new("shop", "help");

    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly RolloutMetrics _metrics;

    public RolloutMetricsTests() => _metrics = new(_registry);

    [Fact]
    public async Task Observe_AJudgement_ShowsItsNumbers()
    {
        _metrics.Observe(Search, "abc", 250, Result(Metric("errors", Verdict.Fail)));

        var shown = await ShownAsync();
        Assert.Contains("rerank_rollout_traffic_permille{namespace=\"shop\",pipeline=\"search\",revision=\"abc\"} 250", shown);
        Assert.Contains("rerank_rollout_verdict{namespace=\"shop\",pipeline=\"search\",verdict=\"Fail\"} 1", shown);
        Assert.Contains("rerank_rollout_verdict{namespace=\"shop\",pipeline=\"search\",verdict=\"Pass\"} 0", shown);
        Assert.Contains("rerank_rollout_metric_verdict{namespace=\"shop\",pipeline=\"search\",metric=\"errors\",verdict=\"Fail\"} 1", shown);
        Assert.Contains("rerank_rollout_metric_value{namespace=\"shop\",pipeline=\"search\",metric=\"errors\",arm=\"candidate\"} 0.2", shown);
        Assert.Contains("rerank_rollout_metric_estimate{namespace=\"shop\",pipeline=\"search\",metric=\"errors\"} 0.19", shown);
        Assert.Contains("rerank_rollout_metric_lower_bound{namespace=\"shop\",pipeline=\"search\",metric=\"errors\"} 0.1", shown);
        Assert.Contains("rerank_rollout_metric_upper_bound{namespace=\"shop\",pipeline=\"search\",metric=\"errors\"} 0.3", shown);
        Assert.Contains("rerank_rollout_metric_threshold{namespace=\"shop\",pipeline=\"search\",metric=\"errors\"} 0.01", shown);
        Assert.Contains("rerank_rollout_metric_samples{namespace=\"shop\",pipeline=\"search\",metric=\"errors\",arm=\"stable\"} 1000", shown);
        Assert.Contains("rerank_rollout_metric_samples{namespace=\"shop\",pipeline=\"search\",metric=\"errors\",arm=\"candidate\"} 50", shown);
    }

    [Fact]
    public async Task Observe_EstimateNoLongerKnown_IsAbsent()
    {
        _metrics.Observe(Search, "abc", 250, Result(Metric("errors", Verdict.Pass)));
        _metrics.Observe(Search, "abc", 250, Result(Metric("errors", Verdict.Undecided) with { Estimate = null }));

        var shown = await ShownAsync();
        Assert.DoesNotContain(shown, line => line.StartsWith("rerank_rollout_metric_estimate", StringComparison.Ordinal));
        Assert.Contains(shown, line => line.StartsWith("rerank_rollout_metric_threshold", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Observe_AnotherRevision_LeavesNothingOfTheFormer()
    {
        _metrics.Observe(Search, "abc", 250, Result(Metric("errors", Verdict.Pass), Metric("latency", Verdict.Pass)));
        _metrics.Observe(Search, "def", 10, null);

        Assert.Equal(["rerank_rollout_traffic_permille{namespace=\"shop\",pipeline=\"search\",revision=\"def\"} 10"], await ShownAsync());
    }

    [Fact]
    public async Task Observe_MetricRemoved_IsGone()
    {
        _metrics.Observe(Search, "abc", 250, Result(Metric("errors", Verdict.Pass), Metric("latency", Verdict.Pass)));
        _metrics.Observe(Search, "abc", 250, Result(Metric("errors", Verdict.Pass)));

        Assert.DoesNotContain(await ShownAsync(), line => line.Contains("latency", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ended_Rollout_IsCountedAndNoLongerShown()
    {
        _metrics.Observe(Search, "abc", 250, Result(Metric("errors", Verdict.Fail)));
        _metrics.Observe(Help, "xyz", 50, null);

        _metrics.Ended(Search, RolloutResult.RolledBack, "MetricFailed");

        Assert.Equal(
            [
                "rerank_rollout_traffic_permille{namespace=\"shop\",pipeline=\"help\",revision=\"xyz\"} 50",
                "rerank_rollouts_total{namespace=\"shop\",pipeline=\"search\",outcome=\"RolledBack\",reason=\"MetricFailed\"} 1",
            ],
            await ShownAsync());
    }

    [Fact]
    public async Task Forget_Pipeline_LeavesNothing()
    {
        _metrics.Ended(Search, RolloutResult.Promoted, "Promoted");
        _metrics.Observe(Search, "abc", 250, Result(Metric("errors", Verdict.Pass)));

        _metrics.Forget(Search);

        Assert.Empty(await ShownAsync());
    }

    private async Task<IReadOnlyList<string>> ShownAsync()
    {
        await using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return [.. Encoding.UTF8.GetString(stream.ToArray()).Split('\n').Where(line => line.StartsWith("rerank_", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private static AnalysisResult Result(params MetricResult[] metrics) => new()
    {
        Verdict = metrics.Any(m => m.Verdict == Verdict.Fail) ? Verdict.Fail : Verdict.Pass,
        Metrics = metrics,
    };

    private static MetricResult Metric(string name, Verdict verdict) => new()
    {
        Name = name,
        Type = MetricType.ErrorRate,
        Mode = MetricMode.Enforce,
        Verdict = verdict,
        Stable = 0.01,
        Candidate = 0.2,
        Estimate = 0.19,
        Lower = 0.1,
        Upper = 0.3,
        Threshold = 0.01,
        Alpha = 0.01,
        StableSamples = 1000,
        CandidateSamples = 50,
        Message = "",
    };
}
