using System.Collections.Concurrent;
using Rerank.Contracts.Dialects;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Telemetry;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;

namespace Rerank.Router.Shadow;

/// <summary>
/// Has some requests ranked by the other arm too, once they are answered, and compares. Nobody waits for it: what fails here is counted and no more, a
/// share of the cost bounds it, and only a few run at once.
/// </summary>
internal sealed class Shadows(
    TableStore tables, TieredRanker ranker, TrialRecorder recorder, RouterMetrics metrics, IDice dice, TimeProvider time, ILogger<Shadows> logger)
    : IHostedService, IDisposable
{
    public const int MaxAtOnce = 4;

    // Those for whom somebody waits go first, unless they came half a second later: a shadow that waited for longer might fail by its deadline,
    // and the candidate would be blamed for it.
    private const int Priority = 25;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly SemaphoreSlim _atOnce = new(MaxAtOnce);

    /// <summary>After an answer is sent.</summary>
    public void Offer(ArmAnswer answer, RerankRequest request)
    {
        var table = answer.Choice.Table;
        if (!answer.Choice.Counts || table.Table.Candidate is not { } terms || table.OpenCandidate is not { } candidate || !tables.IsRunning(table.Trial))
            return;

        table.Trial!.Budget.Earn(answer.Outcome.PairsScored, terms.MaxShadowCostPermille);
        if (answer.Outcome.Degraded is not null || answer.Outcome.Judgement.DistinctPassages < 2)
            return;
        if (terms.MirrorPermille == 0 || dice.Roll() >= terms.MirrorPermille)
            return;

        var other = answer.Choice.Arm.Role == ArmRole.Stable ? candidate : table.Stable;
        var cost = answer.Outcome.Judgement.DistinctPassages * other.Tiers.Count;
        if (terms.MaxShadowCostPermille > 0 && _atOnce.Wait(TimeSpan.Zero))
        {
            if (table.Trial.Budget.TryTake(cost))
            {
                Start(() => RunAsync(answer, other, request, cost, terms));
                return;
            }

            _atOnce.Release();
        }

        table.Trial.ShadowSkipped();
        metrics.Shadowed("skipped");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Keys).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _atOnce.Dispose();
    }

    private void Start(Func<Task> run)
    {
        var task = Task.Run(run);
        _running.TryAdd(task, true);
        _ = task.ContinueWith(ended => _running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task RunAsync(ArmAnswer answer, ServingArm other, RerankRequest request, int cost, CandidateArm terms)
    {
        var table = answer.Choice.Table;
        var started = time.GetTimestamp();
        var result = "failed";
        using var span = RouterTraces.Shadow(other.Revision);
        try
        {
            var deadline = new Deadline(time, started, TimeSpan.FromMilliseconds(other.Policy.RequestTimeoutMilliseconds));

            var patient = request with { Priority = Priority };

            // A context of its own, for YARP's load balancing: the request's is used for another one by now.
            var outcome = await ranker.RankAsync(new DefaultHttpContext(), other, patient, deadline, _stop.Token);
            table.Trial!.Budget.GiveBack(cost - outcome.PairsScored);
            other.Remember(outcome.New);
            recorder.Record(table, Observation.Of(other.Role, outcome, time.GetElapsedTime(started), shadow: true));
            if (outcome.Degraded is null)
            {
                table.Trial.Compared(Compare(answer.Outcome.Judgement, outcome.Judgement, other.Role, terms.ComparedPlaces));
                result = "compared";
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            if (e is not RequestException)
                Log.ShadowFailed(logger, e);
            if (ArmFault.Of(e, callerGone: false) is { } fault && tables.IsRunning(table.Trial))
                recorder.Record(table, Observation.OfFailure(other.Role, fault, time.GetElapsedTime(started), shadow: true));
        }
        finally
        {
            _atOnce.Release();
        }

        if (result == "failed")
            table.Trial!.ShadowFailed();
        metrics.Shadowed(result);
    }

    private static Comparison Compare(Judgement answered, Judgement shadow, ArmRole shadowRole, int places) =>
        shadowRole == ArmRole.Candidate ? Comparison.Of(answered, shadow, places) : Comparison.Of(shadow, answered, places);
}
