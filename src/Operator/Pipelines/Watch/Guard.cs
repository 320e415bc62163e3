using System.Net;
using Rerank.Contracts;
using Rerank.Contracts.Routing;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Leadership;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>
/// Judges what is under way, and takes traffic away from what does harm, whatever else goes on: an API server that can't be read, other pipelines that are slow, a long
/// queue. It holds one poll open to every router of a revision that is judged. What it finds, the reconcile finds too, and stores when that can be done. It never
/// gives traffic.
/// </summary>
internal sealed class Guard(
    GuardedPipelines pipelines,
    RouterStatuses routers,
    LastAnswers last,
    PushedTables pushed,
    AdminClient admin,
    IResourceCache<RerankPipeline> specs,
    IReconcileTrigger<RerankPipeline> trigger,
    LeaseFence lease,
    TimeProvider time,
    ILogger<Guard> logger)
    : BackgroundService
{
    /// <summary>How long a poll waits for news. Counters are no news, and must be a second old at most.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private const int MostPolls = 256;

    private readonly Dictionary<ProcessKey, Task> _polls = [];
    private readonly Dictionary<ObjectKey, Task> _judging = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _places = new(MostPolls);
    private CancellationToken? _running;

    /// <summary>Guards a try from now on, or goes on with what a reconcile has seen since.</summary>
    public void Follow(ObjectKey pipeline, GuardedTrial trial)
    {
        var before = pipelines.Find(pipeline)?.Trial.Routers ?? [];
        pipelines.Follow(pipeline, trial);
        ForgetRouters(before.Except(trial.Routers));
        PollThoseOf(pipeline, trial);
    }

    public void Forget(ObjectKey pipeline)
    {
        var before = pipelines.Find(pipeline)?.Trial.Routers ?? [];
        pipelines.Forget(pipeline);
        ForgetRouters(before);
    }

    /// <summary>Asks every router once, and judges by what they say. This is what runs for ever, as one round.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var (key, guarded) in pipelines.All.OrderBy(p => p.Key.ToString(), StringComparer.Ordinal))
        {
            var trial = guarded.Trial;
            await Task.WhenAll(trial.Routers.Select(router => PollAsync(key, trial, router, TimeSpan.Zero, cancellationToken)));
            await JudgeAsync(key, cancellationToken);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _places.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        lock (_lock)
            _running = stoppingToken;
        foreach (var (key, guarded) in pipelines.All)
            PollThoseOf(key, guarded.Trial);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Task[] ending;
        lock (_lock)
        {
            _running = null;
            ending = [.. _polls.Values, .. _judging.Values];
        }

        await Task.WhenAll(ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void PollThoseOf(ObjectKey pipeline, GuardedTrial trial)
    {
        lock (_lock)
        {
            if (_running is not { IsCancellationRequested: false } stopping)
                return;
            foreach (var router in trial.Routers.Where(router => !_polls.ContainsKey(router)))
                _polls[router] = Task.Run(() => PollAlwaysAsync(pipeline, router, stopping), stopping);
        }
    }

    private void ForgetRouters(IEnumerable<ProcessKey> gone)
    {
        foreach (var router in gone)
            routers.Forget(router);
    }

    private async Task PollAlwaysAsync(ObjectKey pipeline, ProcessKey router, CancellationToken stopping)
    {
        var pace = new PollPace(time);
        while (TrialOf(pipeline, router) is { } trial)
        {
            await _places.WaitAsync(stopping);
            pace.Begin();
            var answered = false;
            try
            {
                answered = await PollAsync(pipeline, trial, router, Wait, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // Whatever it was, the router is asked again.
                Log.NotPolled(logger, e, trial, router.Address);
            }
            finally
            {
                _places.Release();
            }

            if (answered)
                JudgeSoon(pipeline, HasTripped(trial, router), stopping);
            if (pace.Pause(answered) is { Ticks: > 0 } pause)
                await Task.Delay(pause, time, stopping);
        }

        routers.Forget(router);
    }

    /// <returns>Null when nobody needs it any more. Under the lock, so that a poll that ends and one that begins never miss each other.</returns>
    private GuardedTrial? TrialOf(ObjectKey pipeline, ProcessKey router)
    {
        lock (_lock)
        {
            if (pipelines.Find(pipeline)?.Trial is { } trial && trial.Routers.Contains(router))
                return trial;
            _polls.Remove(router);
            return null;
        }
    }

    /// <returns>Whether there was an answer.</returns>
    private async Task<bool> PollAsync(ObjectKey pipeline, GuardedTrial trial, ProcessKey router, TimeSpan wait, CancellationToken cancellationToken)
    {
        var answer = await routers.PollAsync(router, trial.Token, process => ReadOf(pipeline, process), wait, cancellationToken);
        // The token may be another one by now, which the reconcile reads. Who doesn't answer is what it says, too.
        if (answer.Refusal == HttpStatusCode.Unauthorized)
            trigger.Enqueue(pipeline);
        return answer.Status is not null;
    }

    private long ReadOf(ObjectKey pipeline, string process) =>
        pipelines.Find(pipeline)?.Ledger is { } ledger && ledger.Processes.TryGetValue(process, out var known) ? known.LastStratum : 0;

    private bool HasTripped(GuardedTrial trial, ProcessKey router) =>
        last.Of<RouterStatus>(router, Wait)?.Candidate is { Trip: not null } seen
            && seen.Revision == trial.Judged.Name && seen.Attempt == trial.Judged.Rollout.Attempt;

    /// <summary>A trip is judged at once; for counters, a moment is waited for those of other routers.</summary>
    private void JudgeSoon(ObjectKey pipeline, bool atOnce, CancellationToken stopping)
    {
        lock (_lock)
        {
            if (atOnce && pipelines.Find(pipeline)?.Harm is null)
                _ = JudgeAsync(pipeline, stopping);
            else if (!_judging.ContainsKey(pipeline))
                _judging[pipeline] = JudgeLaterAsync();
        }

        async Task JudgeLaterAsync()
        {
            await Task.Delay(PollPace.Together, time, stopping);
            lock (_lock)
                _judging.Remove(pipeline);
            await JudgeAsync(pipeline, stopping);
        }
    }

    private async Task JudgeAsync(ObjectKey pipeline, CancellationToken cancellationToken)
    {
        if (pipelines.Find(pipeline) is not { } guarded)
            return;
        try
        {
            if (guarded.Judge(specs.Get(pipeline), time.GetUtcNow()) is { } harm)
            {
                Log.Harm(logger, guarded.Trial, harm.Reason, harm.Message);
                trigger.EnqueueUrgent(pipeline);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A judgement that fails must not end the polls of all others. The reconcile, which judges alike, fails loudly.
            Log.NotJudged(logger, e, pipeline.ToString());
            return;
        }

        await TakeAwayAsync(guarded, cancellationToken);
    }

    private async Task TakeAwayAsync(GuardedPipeline guarded, CancellationToken cancellationToken)
    {
        var trial = guarded.Trial;
        await Task.WhenAll(guarded.TakeAway(lease.IsHeld ? null : pushed).Select(async taken =>
        {
            var (router, table) = taken;
            pushed.Pushed(table);
            try
            {
                var answer = await admin.PutDesiredAsync(
                    router.Address, trial.Token, table, ContractsJson.Default.RoutingTable, WireJson.Default.RouterStatus, cancellationToken);
                if (answer.Status is not null)
                    last.Learn(router, answer.Status);
                else
                    Log.NotHeld(logger, trial, router.Address, answer.Problem!);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One router must not keep the others from being told.
                Log.NotHeld(logger, trial, router.Address, e.Message);
            }
            finally
            {
                guarded.Held(router);
            }
        }));
    }
}
