using System.Collections.Concurrent;
using Prometheus;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Telemetry;

/// <summary>
/// How rollouts stand, and by which numbers they are judged. Gauges are there while a rollout is under way, and one that isn't known is absent; counters
/// go with the pipeline.
/// </summary>
internal sealed class RolloutMetrics
{
    private const string Stable = "stable";
    private const string Candidate = "candidate";

    private readonly Gauge _traffic;
    private readonly Gauge _verdict;
    private readonly Gauge _metricVerdict;
    private readonly Gauge _value;
    private readonly Gauge _estimate;
    private readonly Gauge _lower;
    private readonly Gauge _upper;
    private readonly Gauge _threshold;
    private readonly Gauge _samples;
    private readonly Counter _ended;
    private readonly Gauge[] _gauges;

    // What has series, and of which revision.
    private readonly ConcurrentDictionary<ObjectKey, Shown> _shown = [];

    public RolloutMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        _traffic = factory.CreateGauge(
            "rerank_rollout_traffic_permille", "Thousandths of the requests that the candidate answers.", "namespace", "pipeline", "revision");
        _verdict = factory.CreateGauge("rerank_rollout_verdict", "1 for the verdict over all metrics, else 0.", "namespace", "pipeline", "verdict");
        string[] metric = ["namespace", "pipeline", "metric"];
        _metricVerdict = factory.CreateGauge("rerank_rollout_metric_verdict", "1 for the metric's verdict, else 0.", [.. metric, "verdict"]);
        _value = factory.CreateGauge("rerank_rollout_metric_value", "The metric's value of one revision.", [.. metric, "arm"]);
        _estimate = factory.CreateGauge("rerank_rollout_metric_estimate", "What is tested: a difference, a ratio, a share or an index.", metric);
        _lower = factory.CreateGauge("rerank_rollout_metric_lower_bound", "Lower confidence bound of the estimate.", metric);
        _upper = factory.CreateGauge("rerank_rollout_metric_upper_bound", "Upper confidence bound of the estimate.", metric);
        _threshold = factory.CreateGauge("rerank_rollout_metric_threshold", "Where failure begins, in the estimate's unit.", metric);
        _samples = factory.CreateGauge("rerank_rollout_metric_samples", "Samples of one revision.", [.. metric, "arm"]);
        _gauges = [_traffic, _verdict, _metricVerdict, _value, _estimate, _lower, _upper, _threshold, _samples];
        _ended = factory.CreateCounter("rerank_rollouts_total", "Rollouts that ended.", "namespace", "pipeline", "outcome", "reason");
    }

    /// <param name="result">Null while nothing is judged.</param>
    public void Observe(ObjectKey pipeline, string revision, int trafficPermille, AnalysisResult? result)
    {
        var shown = new Shown(revision, [.. (result?.Metrics ?? []).Select(m => m.Name)]);
        if (_shown.TryGetValue(pipeline, out var before) && !before.IsSameAs(shown))
            Clear(pipeline);
        _shown[pipeline] = shown;

        var (space, name) = Labels(pipeline);
        _traffic.WithLabels(space, name, revision).Set(trafficPermille);
        if (result is null)
            return;
        foreach (var verdict in Enum.GetValues<Verdict>())
            _verdict.WithLabels(space, name, verdict.ToString()).Set(verdict == result.Verdict ? 1 : 0);
        foreach (var metric in result.Metrics)
            Observe(space, name, metric);
    }

    /// <param name="reason">In CamelCase, as conditions have it.</param>
    public void Ended(ObjectKey pipeline, RolloutResult outcome, string reason)
    {
        Clear(pipeline);
        var (space, name) = Labels(pipeline);
        _ended.WithLabels(space, name, outcome.ToString(), reason).Inc();
    }

    /// <summary>No rollout is under way.</summary>
    public void Clear(ObjectKey pipeline)
    {
        if (!_shown.TryRemove(pipeline, out _))
            return;
        foreach (var gauge in _gauges)
            Remove(gauge, pipeline);
    }

    /// <summary>The pipeline is gone.</summary>
    public void Forget(ObjectKey pipeline)
    {
        Clear(pipeline);
        Remove(_ended, pipeline);
    }

    private void Observe(string space, string name, MetricResult metric)
    {
        foreach (var verdict in Enum.GetValues<Verdict>())
            _metricVerdict.WithLabels(space, name, metric.Name, verdict.ToString()).Set(verdict == metric.Verdict ? 1 : 0);
        Set(_value, metric.Stable, space, name, metric.Name, Stable);
        Set(_value, metric.Candidate, space, name, metric.Name, Candidate);
        Set(_estimate, metric.Estimate, space, name, metric.Name);
        Set(_lower, metric.Lower, space, name, metric.Name);
        Set(_upper, metric.Upper, space, name, metric.Name);
        _threshold.WithLabels(space, name, metric.Name).Set(metric.Threshold);
        _samples.WithLabels(space, name, metric.Name, Stable).Set(metric.StableSamples);
        _samples.WithLabels(space, name, metric.Name, Candidate).Set(metric.CandidateSamples);
    }

    // Zero would say something else than nothing.
    private static void Set(Gauge gauge, double? value, params string[] labels)
    {
        if (value is { } known)
            gauge.WithLabels(labels).Set(known);
        else
            gauge.RemoveLabelled(labels);
    }

    private static void Remove<TChild>(Collector<TChild> collector, ObjectKey pipeline)
        where TChild : ChildBase
    {
        var (space, name) = Labels(pipeline);
        foreach (var labels in collector.GetAllLabelValues().Where(l => l[0] == space && l[1] == name))
            collector.RemoveLabelled(labels);
    }

    private static (string Namespace, string Name) Labels(ObjectKey pipeline) => (pipeline.Namespace ?? "", pipeline.Name);

    private sealed record Shown(string Revision, IReadOnlyList<string> Metrics)
    {
        public bool IsSameAs(Shown other) => Revision == other.Revision && Metrics.SequenceEqual(other.Metrics);
    }
}
