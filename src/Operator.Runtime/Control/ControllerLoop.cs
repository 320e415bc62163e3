using System.Collections.Concurrent;
using System.Diagnostics;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Queue;
using Rerank.Operator.Runtime.Telemetry;

namespace Rerank.Operator.Runtime.Control;

/// <summary>One controller: its sources of keys, its queue and its workers.</summary>
internal sealed class ControllerLoop<TEntity> : IControllerLoop, IReconcileTrigger<TEntity>, IDisposable
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private const int FailuresUntilError = 5;

    private readonly Informer<TEntity> _cache;
    private readonly Reconciler<TEntity> _reconciler;
    private readonly RuntimeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerMetrics _metrics;

    // Last state of objects that are gone, until a worker has told the controller.
    private readonly ConcurrentDictionary<ObjectKey, TEntity> _tombstones = [];

    public ControllerLoop(
        Informer<TEntity> cache,
        Reconciler<TEntity> reconciler,
        IOptions<RuntimeOptions> options,
        RuntimeMetrics metrics,
        Jitter jitter,
        TimeProvider time,
        ILogger<ControllerLoop<TEntity>> logger,
        IWorkPriorities<TEntity>? priorities = null)
    {
        _cache = cache;
        _reconciler = reconciler;
        _options = options.Value;
        _time = time;
        _logger = logger;
        Name = cache.Name.ToLowerInvariant();
        _metrics = new ControllerMetrics(metrics, Name, _options.MaxConcurrentReconciles);
        _queue = new WorkQueue<ObjectKey>(
            new Backoff<ObjectKey>(_options.Backoff.Initial, _options.Backoff.Max, jitter),
            time,
            new QueueMetrics(metrics, Name),
            priorities is null ? null : priorities.Of);
        metrics.Observe(Name, _queue);
    }

    public string Name { get; }

    public TimeSpan LongestRunning => _queue.Running().Longest;

    public void Enqueue(ObjectKey key, TimeSpan? after = null) => _queue.AddAfter(key, after ?? TimeSpan.Zero);

    public void EnqueueUrgent(ObjectKey key) => _queue.Add(key, WorkPriority.Urgent);

    /// <summary>Follows the controller's own kind.</summary>
    public void Follow(Func<Change<TEntity>, bool> predicate) => _cache.Subscribe(change =>
    {
        var key = ObjectKey.Of(change.New ?? change.Old!);
        _tombstones.TryRemove(key, out _);
        if (!predicate(change))
            return;

        if (change.New is null)
            _tombstones[key] = change.Old!;
        _queue.Add(key);
    });

    public async Task RunAsync(CancellationToken stopping)
    {
        using var stop = stopping.Register(_queue.ShutDown);
        var workers = Enumerable.Range(0, _options.MaxConcurrentReconciles).Select(_ => Task.Run(() => WorkAsync(stopping), CancellationToken.None));
        await Task.WhenAll(workers);
    }

    public void Dispose() => _queue.Dispose();

    private async Task WorkAsync(CancellationToken stopping)
    {
        // Not the stopping token: the queue's own end is what ends a worker.
        while (await _queue.TakeAsync(CancellationToken.None) is { } key)
        {
            await RunAsync(key, stopping);
            _queue.Done(key);
        }
    }

    private async Task RunAsync(ObjectKey key, CancellationToken stopping)
    {
        using var scope = _logger.BeginScope(new Dictionary<string, object?>
        {
            ["controller"] = Name,
            ["namespace"] = key.Namespace,
            ["name"] = key.Name,
            ["reconcileId"] = Guid.NewGuid(),
        });
        using var activity = ReconcileActivity.Start(Name, key);
        var started = _time.GetTimestamp();
        _metrics.Started();

        var current = _cache.Get(key);
        var tombstone = current is null && _tombstones.TryRemove(key, out var last) ? last : null;
        var outcome = await _reconciler.RunAsync(current, tombstone, _options.ReconcileTimeout, stopping);

        _metrics.Ended(outcome, _time.GetElapsedTime(started));
        if (outcome.Kind != OutcomeKind.Success)
            activity?.SetStatus(ActivityStatusCode.Error, outcome.Message);
        if (current is null)
            Bury(key, outcome);
        else
            Settle(key, outcome);
    }

    /// <summary>What is gone is not retried: being told of it is best effort.</summary>
    private void Bury(ObjectKey key, ReconcileOutcome outcome)
    {
        _queue.Forget(key);
        if (outcome.Kind is not (OutcomeKind.Success or OutcomeKind.Cancelled))
            _logger.DeletedFailed(outcome.Error, Name, key, outcome.Message);
    }

    private void Settle(ObjectKey key, ReconcileOutcome outcome)
    {
        switch (outcome.Kind)
        {
            case OutcomeKind.Cancelled:
                break;

            case OutcomeKind.Success:
                _queue.Forget(key);
                if (outcome.RequeueAfter is { } after)
                    _queue.AddAfter(key, after);
                _logger.Reconciled(Name, key, outcome.RequeueAfter);
                break;

            case OutcomeKind.Conflict:
                _queue.AddRateLimited(key);
                _logger.Conflicted(Name, key, outcome.Message);
                break;

            case OutcomeKind.Failure when outcome.RequeueAfter is { } retryAfter:
                _queue.AddAfter(key, retryAfter);
                _logger.Failed(LogLevel.Warning, outcome.Error, Name, key, outcome.Message, _queue.Failures(key));
                break;

            default:
                _queue.AddRateLimited(key);
                var failures = _queue.Failures(key);
                var level = failures < FailuresUntilError ? LogLevel.Warning : LogLevel.Error;
                _logger.Failed(level, outcome.Error, Name, key, outcome.Message, failures);
                break;
        }
    }
}
