using Prometheus;

namespace Rerank.Operator.Runtime.Telemetry;

/// <summary>Series of one queue.</summary>
internal sealed class QueueMetrics(RuntimeMetrics metrics, string controller)
{
    private readonly Gauge.Child _depth = metrics.QueueDepth.WithLabels(controller, controller);
    private readonly Counter.Child _adds = metrics.QueueAdds.WithLabels(controller, controller);
    private readonly Counter.Child _retries = metrics.QueueRetries.WithLabels(controller, controller);
    private readonly Histogram.Child _waited = metrics.QueueDuration.WithLabels(controller, controller);
    private readonly Histogram.Child _worked = metrics.WorkDuration.WithLabels(controller, controller);

    public void Added(int depth)
    {
        _adds.Inc();
        _depth.Set(depth);
    }

    public void Retried() => _retries.Inc();

    public void Taken(TimeSpan waited, int depth)
    {
        _waited.Observe(waited.TotalSeconds);
        _depth.Set(depth);
    }

    public void Done(TimeSpan worked) => _worked.Observe(worked.TotalSeconds);
}
