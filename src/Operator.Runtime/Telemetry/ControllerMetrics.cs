using Prometheus;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Runtime.Telemetry;

/// <summary>Series of one controller. All of them are there from the start, so that an alert sees the first error.</summary>
internal sealed class ControllerMetrics
{
    private readonly Counter.Child _success;
    private readonly Counter.Child _requeueAfter;
    private readonly Counter.Child _error;
    private readonly Counter.Child _failures;
    private readonly Counter.Child _exceptions;
    private readonly Counter.Child _conflicts;
    private readonly Counter.Child _timeoutErrors;
    private readonly Counter.Child _timeouts;
    private readonly Counter.Child _panics;
    private readonly Histogram.Child _duration;
    private readonly Gauge.Child _active;

    public ControllerMetrics(RuntimeMetrics metrics, string controller, int workers)
    {
        _success = metrics.Reconciles.WithLabels(controller, "success");
        _requeueAfter = metrics.Reconciles.WithLabels(controller, "requeue_after");
        _error = metrics.Reconciles.WithLabels(controller, "error");
        _failures = metrics.ReconcileErrors.WithLabels(controller, "failure");
        _exceptions = metrics.ReconcileErrors.WithLabels(controller, "exception");
        _conflicts = metrics.ReconcileErrors.WithLabels(controller, "conflict");
        _timeoutErrors = metrics.ReconcileErrors.WithLabels(controller, "timeout");
        _timeouts = metrics.ReconcileTimeouts.WithLabels(controller);
        _panics = metrics.ReconcilePanics.WithLabels(controller);
        _duration = metrics.ReconcileTime.WithLabels(controller);
        _active = metrics.ActiveWorkers.WithLabels(controller);
        metrics.MaxConcurrentReconciles.WithLabels(controller).Set(workers);
    }

    public void Started() => _active.Inc();

    public void Ended(ReconcileOutcome outcome, TimeSpan duration)
    {
        _active.Dec();
        if (outcome.Kind == OutcomeKind.Cancelled)
            return;

        _duration.Observe(duration.TotalSeconds);
        if (outcome.Kind == OutcomeKind.Success)
        {
            (outcome.RequeueAfter is null ? _success : _requeueAfter).Inc();
            return;
        }

        _error.Inc();
        var reason = outcome.Kind switch
        {
            OutcomeKind.Conflict => _conflicts,
            OutcomeKind.TimedOut => _timeoutErrors,
            OutcomeKind.Threw => _exceptions,
            _ => _failures,
        };
        reason.Inc();
        if (outcome.Kind == OutcomeKind.TimedOut)
            _timeouts.Inc();
        if (outcome.Kind == OutcomeKind.Threw && IsBug(outcome.Error))
            _panics.Inc();
    }

    private static bool IsBug(Exception? error) =>
        error is NullReferenceException or ArgumentException or InvalidCastException or IndexOutOfRangeException or KeyNotFoundException
            or NotSupportedException or (InvalidOperationException and not ObjectDisposedException);
}
