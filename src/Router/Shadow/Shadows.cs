using System.Collections.Concurrent;
using Rerank.Contracts.Routing;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Serving;
using Rerank.Router.Telemetry;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;

namespace Rerank.Router.Shadow;

/// <summary>
/// Has some requests ranked by the other arm too, once they are answered, and compares. Nobody waits for it: what fails here is counted and no more, a
/// share of the cost bounds it, and only a few run at once.
/// </summary>
internal sealed class Shadows(
    TableStore tables, TieredRanker ranker, TrialRecorder recorder, RouterMetrics metrics, RequestMemory memory, IDice dice, TimeProvider time, ILogger<Shadows> logger)
    : IAnswerObserver, IHostedService, IDisposable
{
    public const int MaxAtOnce = 4;

    // Those for whom somebody waits go first, unless they came half a second later: a shadow that waited for longer might fail by its deadline,
    // and the candidate would be blamed for it.
    private const int Priority = 25;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly SemaphoreSlim _atOnce = new(MaxAtOnce);

    public ValueTask AnsweredAsync(AnsweredRequest request, bool isSent)
    {
        if (isSent)
            Offer(request.Answer, request.Subjects);
        return ValueTask.CompletedTask;
    }

    private void Offer(ArmAnswer answer, IReadOnlyList<RankingSubject> subjects)
    {
        var table = answer.Choice.Table;
        if (!answer.Choice.Counts || table.Table.Candidate is not { } terms || table.OpenCandidate is not { } candidate || !tables.IsRunning(table.Trial))
            return;

        table.Trial!.Budget.Earn(answer.Outcomes.Sum(outcome => outcome.PairsScored), terms.MaxShadowCostPermille);

        // One request is one sample: of several queries one is compared.
        var query = 0;
        while (query < subjects.Count && !IsComparable(answer.Outcomes[query]))
            query++;
        if (query == subjects.Count)
            return;
        if (terms.MirrorPermille == 0 || dice.Roll() >= terms.MirrorPermille)
            return;

        var other = answer.Choice.Arm.Role == ArmRole.Stable ? candidate : table.Stable;
        var asked = new Question(answer.Choice, other, answer.Outcomes[query].Judgement, subjects[query], terms);

        if (terms.MaxShadowCostPermille > 0 && _atOnce.Wait(TimeSpan.Zero))
        {
            if (table.Trial.Budget.TryTake(asked.Cost))
            {
                // What is kept beyond its request counts among those in flight.
                var room = memory.Begin();
                if (!room.TryHold(asked.Subject.BodyBytes))
                {
                    room.Dispose();
                    table.Trial.Budget.GiveBack(asked.Cost);
                    _atOnce.Release();
                    Skip(table.Trial);
                    return;
                }

                if (table.Trial.TryCompare(asked.Subject.Hash(), answer.Choice.Key))
                {
                    var texts = asked.Subject.KeepTexts();
                    Start(async () =>
                    {
                        using (room)
                        using (texts)
                            await RunAsync(asked);
                    });
                    return;
                }

                room.Dispose();
                table.Trial.Budget.GiveBack(asked.Cost);
                _atOnce.Release();
                metrics.Shadowed("repeated");
                return;
            }

            _atOnce.Release();
        }

        Skip(table.Trial);
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

    private static bool IsComparable(RankingOutcome outcome) => outcome is { Degraded: null, Judgement.DistinctPassages: >= 2 };

    private async Task RunAsync(Question asked)
    {
        var (choice, other) = (asked.Choice, asked.Other);
        var trial = choice.Table.Trial!;
        var started = time.GetTimestamp();
        using var span = RouterTraces.Shadow(other.Revision);
        ScoreFailure? failure;
        Observation observation;
        try
        {
            var deadline = new Deadline(time, started, TimeSpan.FromMilliseconds(other.Policy.RequestTimeoutMilliseconds), isPolicys: true);
            var outcome = await ranker.RankAsync(RequestOrigin.None, other, asked.Subject.WithPriority(Priority), deadline, _stop.Token);
            trial.Budget.GiveBack(asked.Cost - outcome.PairsScored);
            await other.RememberAsync(outcome.New);
            observation = Observation.Of(choice, other.Role, [outcome], time.GetElapsedTime(started));
            failure = outcome.Failure;
            if (failure is null)
                trial.Compared(Compare(asked.Answered, outcome.Judgement, other.Role, asked.Terms.ComparedPlaces));
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            if (e is not RequestException)
                Log.ShadowFailed(logger, e);
            failure = ScoreFailure.Of(e);
            if (BlameRule.Of(failure, default, null, choice.Table.SharesHosts) == Blame.Request)
                failure = failure with { Reason = BlameRule.Refused };
            observation = Observation.OfFailure(choice, other.Role, failure, time.GetElapsedTime(started));
        }
        finally
        {
            _atOnce.Release();
        }

        // What waits for nobody is refused first when hosts have too much to do, and a candidate that has just been taken away may be gone from them: neither says
        // anything of the model.
        if (failure?.Kind == RequestErrorKind.Overloaded || (failure is not null && !tables.IsRunning(trial)))
        {
            Skip(trial);
            return;
        }

        recorder.Record(choice.Table, observation with { Shadow = true, StableAnswered = other.Role == ArmRole.Candidate });
        if (failure is not null)
            trial.ShadowFailed(other.Role);
        metrics.Shadowed(failure is null ? "compared" : "failed");
    }

    private void Skip(Trial trial)
    {
        trial.ShadowSkipped();
        metrics.Shadowed("skipped");
    }

    private static Comparison Compare(Judgement answered, Judgement shadow, ArmRole shadowRole, int places) =>
        shadowRole == ArmRole.Candidate ? Comparison.Of(answered, shadow, places) : Comparison.Of(shadow, answered, places);

    /// <summary>What is ranked by the other arm too.</summary>
    /// <param name="Answered">How the arm that was chosen has ranked it.</param>
    private sealed record Question(ArmChoice Choice, ServingArm Other, Judgement Answered, RankingSubject Subject, CandidateArm Terms)
    {
        /// <summary>Pairs that it may take.</summary>
        public int Cost => Subject.PassageCount * Other.Tiers.Count;
    }
}
