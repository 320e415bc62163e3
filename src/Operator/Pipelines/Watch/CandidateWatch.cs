using System.Collections.Concurrent;
using Rerank.Contracts;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>
/// A hard limit trips in one router at once; all others must follow within a second, and each looks only at its own requests. This asks every router
/// of a running candidate several times a second, and has the pipeline reconciled as soon as one of them has taken the traffic away. It decides nothing.
/// </summary>
/// <remarks>Only who reconciles registers candidates, so that operators that don't lead ask nobody.</remarks>
internal sealed class CandidateWatch(AdminClient admin, IReconcileTrigger<RerankPipeline> trigger, TimeProvider time) : BackgroundService
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    // A router that takes longer is asked again; until then, it keeps one of the places from the others.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private const int AtOnce = 64;

    private readonly ConcurrentDictionary<ObjectKey, Watched> _watched = [];
    private readonly ConcurrentDictionary<Uri, bool> _beingAsked = [];
    private readonly SemaphoreSlim _places = new(AtOnce);

    /// <summary>Watches a candidate from now on, or its routers as they are now. For candidates that get requests, or copies of some.</summary>
    public void Follow(WatchedCandidate candidate) => _watched.AddOrUpdate(
        candidate.Pipeline,
        _ => new(candidate, HasTripped: false),
        (_, known) => new(candidate, known.HasTripped && known.Candidate.IsSameTryAs(candidate)));

    public void Forget(ObjectKey pipeline) => _watched.TryRemove(pipeline, out _);

    /// <summary>Asks every router once, except those that still owe an answer.</summary>
    /// <returns>Ends when all have answered or have had their time.</returns>
    public Task LookAsync(CancellationToken cancellationToken)
    {
        var asked = new List<Task>();
        foreach (var watched in _watched.Values)
        {
            // Its pipeline knows already.
            if (watched.HasTripped)
                continue;
            foreach (var router in watched.Candidate.Routers)
            {
                if (_beingAsked.TryAdd(router, true))
                    asked.Add(AskAsync(watched, router, cancellationToken));
            }
        }

        return Task.WhenAll(asked);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Not awaited: a router that hangs must not keep the others from being asked.
            _ = LookAsync(stoppingToken);
        }
    }

    private async Task AskAsync(Watched watched, Uri router, CancellationToken cancellationToken)
    {
        try
        {
            await _places.WaitAsync(cancellationToken);
            try
            {
                if (await HasTrippedAsync(watched.Candidate, router, cancellationToken))
                    Tell(watched);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // It took too long, or the operator ends.
        }
        finally
        {
            _beingAsked.TryRemove(router, out _);
        }
    }

    private async Task<bool> HasTrippedAsync(WatchedCandidate candidate, Uri router, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var answer = await admin.GetStatusAsync(router, candidate.Token, ContractsJson.Default.RouterStatus, either.Token);
        // Which routers don't answer is what the reconcile says.
        return answer.Status?.Candidate is { Trip: not null } seen && seen.Revision == candidate.Revision && seen.Attempt == candidate.Attempt;
    }

    /// <summary>Once for each try: the reconcile itself looks again until the candidate is out.</summary>
    private void Tell(Watched watched)
    {
        if (_watched.TryUpdate(watched.Candidate.Pipeline, watched with { HasTripped = true }, watched))
            trigger.Enqueue(watched.Candidate.Pipeline);
    }

    private sealed record Watched(WatchedCandidate Candidate, bool HasTripped);
}
