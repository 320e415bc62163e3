using System.Collections.Concurrent;
using Prometheus;
using Rerank.Operator.Runtime.Queue;

namespace Rerank.Operator.Runtime.Telemetry;

/// <summary>Metrics under controller-runtime's names, so that its public dashboards and alerts work here.</summary>
internal sealed class RuntimeMetrics
{
    private static readonly double[] ReconcileBuckets =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 10, 30, 60];

    private static readonly double[] QueueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];
    private static readonly string[] QueueLabels = ["name", "controller"];

    private readonly Gauge _unfinished;
    private readonly Gauge _longest;
    private readonly ConcurrentBag<(string Controller, IWorkInFlight Work)> _queues = [];

    public RuntimeMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);

        Reconciles = factory.CreateCounter("controller_runtime_reconcile_total", "Reconciles by result", "controller", "result");
        ReconcileErrors = factory.CreateCounter("controller_runtime_reconcile_errors_total", "Reconciles that failed", "controller", "reason");
        ReconcilePanics = factory.CreateCounter(
            "controller_runtime_reconcile_panics_total", "Reconciles that ended in an exception only a bug explains", "controller");
        ReconcileTimeouts = factory.CreateCounter("controller_runtime_reconcile_timeouts_total", "Reconciles that ran into the limit", "controller");
        ReconcileTime = factory.CreateHistogram(
            "controller_runtime_reconcile_time_seconds", "Duration of a reconcile", ["controller"], new HistogramConfiguration { Buckets = ReconcileBuckets });
        MaxConcurrentReconciles = factory.CreateGauge("controller_runtime_max_concurrent_reconciles", "Workers", "controller");
        ActiveWorkers = factory.CreateGauge("controller_runtime_active_workers", "Workers that are busy", "controller");

        QueueDepth = factory.CreateGauge("workqueue_depth", "Keys that are ready", QueueLabels);
        QueueAdds = factory.CreateCounter("workqueue_adds_total", "Keys that became ready", QueueLabels);
        QueueRetries = factory.CreateCounter("workqueue_retries_total", "Keys that were set for later", QueueLabels);
        var histogram = new HistogramConfiguration { Buckets = QueueBuckets };
        QueueDuration = factory.CreateHistogram("workqueue_queue_duration_seconds", "How long a ready key waits", QueueLabels, histogram);
        WorkDuration = factory.CreateHistogram("workqueue_work_duration_seconds", "How long a key is in flight", QueueLabels, histogram);
        _unfinished = factory.CreateGauge("workqueue_unfinished_work_seconds", "Seconds of work in flight, summed", QueueLabels);
        _longest = factory.CreateGauge("workqueue_longest_running_processor_seconds", "Age of the oldest work in flight", QueueLabels);

        LeaderStatus = factory.CreateGauge("leader_election_master_status", "1 for the leader, else 0", "name");

        registry.AddBeforeCollectCallback(UpdateInFlight);
    }

    public Counter Reconciles { get; }

    public Counter ReconcileErrors { get; }

    public Counter ReconcilePanics { get; }

    public Counter ReconcileTimeouts { get; }

    public Histogram ReconcileTime { get; }

    public Gauge MaxConcurrentReconciles { get; }

    public Gauge ActiveWorkers { get; }

    public Gauge QueueDepth { get; }

    public Counter QueueAdds { get; }

    public Counter QueueRetries { get; }

    public Histogram QueueDuration { get; }

    public Histogram WorkDuration { get; }

    public Gauge LeaderStatus { get; }

    /// <summary>Reports the age of a queue's work whenever metrics are collected.</summary>
    public void Observe(string controller, IWorkInFlight work) => _queues.Add((controller, work));

    private void UpdateInFlight()
    {
        foreach (var (controller, work) in _queues)
        {
            var (sum, longest) = work.Running();
            _unfinished.WithLabels(controller, controller).Set(sum.TotalSeconds);
            _longest.WithLabels(controller, controller).Set(longest.TotalSeconds);
        }
    }
}
