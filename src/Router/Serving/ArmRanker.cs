using System.Runtime.ExceptionServices;
using Rerank.Dialects;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Telemetry;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;

namespace Rerank.Router.Serving;

/// <summary>
/// Has the chosen arm rank a request, all of its queries. It gets a second try where another arm or table promises more than an error does. Whatever number of queries it has,
/// it is one observation.
/// </summary>
internal sealed class ArmRanker(TableStore tables, TieredRanker ranker, TrialRecorder recorder, RouterMetrics metrics, TimeProvider time)
{
    /// <summary>Queries of one request that are ranked at the same time.</summary>
    public const int MaxAtOnce = 8;

    /// <param name="subjects">By query.</param>
    /// <exception cref="RequestException">There is no answer.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<ArmAnswer> RankAsync(
        HttpContext context, ArmChoice choice, IReadOnlyList<RankingSubject> subjects, Deadline deadline, CallerTerms caller)
    {
        var call = new Call(context, subjects, deadline, caller)
        {
            // Before the first try, lest a slow arm give others more time to fill a cache.
            IsIncomparable = choice.Counts && choice.Table.ComparesTimes && subjects.Any(choice.Table.HasAnyScore),
        };
        var attempt = await TryAsync(call, choice);
        if (attempt.Failure is { } failure && deadline.Remaining > TimeSpan.Zero)
        {
            if (IsToBlame(choice) && (!attempt.HasAnswer || failure.InvalidScores))
                return await StepInAsync(call, choice, attempt, failure);
            if (BlameOf(choice, failure, caller) != Blame.Request && ChoiceOfTableSince(choice) is { } next)
                (choice, attempt) = (next, await TryAsync(call, next));
        }

        Count(call, choice, attempt);
        return attempt.AnswerOf(choice);
    }

    /// <summary>
    /// For a candidate that failed, stable ranks. What only the candidate refuses, or has no finite scores for, is seen by that too.
    /// </summary>
    private async Task<ArmAnswer> StepInAsync(Call call, ArmChoice candidates, Attempt failed, ScoreFailure failure)
    {
        var current = tables.Current!;
        var stables = candidates with { Table = current, Arm = current.Stable, Counts = false };
        Attempt? attempt = null;
        try
        {
            attempt = await TryAsync(call, stables);
        }
        finally
        {
            CountBoth(call, candidates, failed, failure, stables, attempt);
        }

        if (attempt.HasAnswer || !failed.HasAnswer)
            return attempt.AnswerOf(stables);

        // Less than it should be, but more than nothing.
        call.Context.Response.Headers[RerankHeaders.Revision] = candidates.Arm.Revision;
        return failed.AnswerOf(candidates);
    }

    /// <summary>
    /// A request that began just before a change of the table may find that its revision's models have left the hosts: it is then ranked as the new table says, instead of
    /// failing or getting less. Null when the table is the same.
    /// </summary>
    private ArmChoice? ChoiceOfTableSince(ArmChoice choice)
    {
        var current = tables.Current!;
        if (ReferenceEquals(current, choice.Table))
            return null;

        var same = current.ArmOf(choice.Arm.Revision);
        return choice with { Table = current, Arm = same ?? current.Stable, Counts = choice.Counts && same is not null && tables.IsRunning(choice.Table.Trial) };
    }

    /// <summary>Whether a failure may be the candidate's: not when it has just been taken away.</summary>
    private bool IsToBlame(ArmChoice choice) => choice.Arm.Role == ArmRole.Candidate && tables.IsRunning(choice.Table.Trial);

    private static Blame BlameOf(ArmChoice choice, ScoreFailure failure, CallerTerms caller) => BlameRule.Of(failure, caller, choice.Table.Trial?.AmpleTime, choice.Table.SharesHosts);

    private async Task<Attempt> TryAsync(Call call, ArmChoice choice)
    {
        var started = time.GetTimestamp();
        call.Context.Response.Headers[RerankHeaders.Revision] = choice.Arm.Revision;
        try
        {
            var outcomes = await RankAsync(call, choice.Arm);
            var worst = outcomes.FirstOrDefault(outcome => outcome.NoTierAnswered) ?? outcomes.FirstOrDefault(outcome => outcome.Failure is not null);
            var failure = worst?.Failure is { } reason ? reason with { InvalidScores = outcomes.Any(outcome => outcome.InvalidScores) } : null;
            return new Attempt(outcomes, failure, null, time.GetElapsedTime(started));
        }
        catch (Exception e) when (e is RequestException || !call.Context.RequestAborted.IsCancellationRequested)
        {
            return new Attempt(null, ScoreFailure.Of(e), ExceptionDispatchInfo.Capture(e), time.GetElapsedTime(started));
        }
        catch (OperationCanceledException)
        {
            CountHangUp(call, choice, time.GetElapsedTime(started));
            throw;
        }
    }

    /// <summary>The first query that fails ends the others.</summary>
    private async Task<RankingOutcome[]> RankAsync(Call call, ServingArm arm)
    {
        var outcomes = new RankingOutcome[call.Subjects.Count];
        if (outcomes.Length == 1)
        {
            outcomes[0] = await ranker.RankAsync(call.Origin, arm, call.Subjects[0], call.Deadline, call.Context.RequestAborted);
            return outcomes;
        }

        var limit = new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = call.Context.RequestAborted };
        await Parallel.ForAsync(0, outcomes.Length, limit, async (query, cancellationToken) =>
            outcomes[query] = await ranker.RankAsync(call.Origin, arm, call.Subjects[query], call.Deadline, cancellationToken));
        return outcomes;
    }

    /// <summary>Takes down what an arm made of a request by itself.</summary>
    private void Count(Call call, ArmChoice choice, Attempt attempt)
    {
        var blame = attempt.Failure is { } failure ? BlameOf(choice, failure, call.Caller) : Blame.Arm;
        if (blame == Blame.Request)
            return;

        metrics.ArmRanked(choice.Arm, ResultOf(attempt));
        if (choice.Counts && BlameRule.Counts(blame))
            recorder.Record(choice.Table, ObservationOf(call, choice, attempt));
    }

    private void CountHangUp(Call call, ArmChoice choice, TimeSpan waited)
    {
        if (!choice.Counts || !BlameRule.Counts(BlameRule.OfHangUp(waited, call.Caller, choice.Table.Trial?.AmpleTime)))
            return;

        var failure = new ScoreFailure(RequestErrorKind.DeadlineExceeded, "the caller hung up") { Reason = BlameRule.Abandoned };
        Count(call with { Caller = default }, choice, new Attempt(null, failure, null, waited));
    }

    private void CountBoth(Call call, ArmChoice candidates, Attempt failed, ScoreFailure failure, ArmChoice stables, Attempt? attempt)
    {
        var blame = BlameOf(candidates, failure, call.Caller);
        var answered = attempt is { HasAnswer: true } && attempt.Outcomes!.All(outcome => !outcome.InvalidScores);
        if (blame == Blame.Request && answered)
        {
            failed = failed with { Failure = failure with { Reason = BlameRule.Refused } };
            blame = Blame.Arm;
        }

        if (blame != Blame.Request)
            metrics.ArmRanked(candidates.Arm, ResultOf(failed));
        if (attempt is not null)
            Count(call, stables, attempt);
        if (!candidates.Counts || !BlameRule.Counts(blame))
            return;

        // First: what stable made of it is a part of what the candidate is compared with.
        if (attempt is not null && (attempt.Failure is null || BlameRule.Counts(BlameOf(stables, attempt.Failure, call.Caller))))
            recorder.Record(candidates.Table, ObservationOf(call, candidates with { Arm = stables.Arm }, attempt) with { SteppedIn = true });
        recorder.Record(candidates.Table, ObservationOf(call, candidates, failed) with { StableAnswered = answered });
    }

    private static string ResultOf(Attempt attempt) => attempt.Failure is not { } failure ? "ok" : attempt.HasAnswer ? "degraded" : failure.Reason;

    private static Observation ObservationOf(Call call, ArmChoice choice, Attempt attempt)
    {
        var observation = attempt.Outcomes is { } outcomes
            ? Observation.Of(choice, choice.Arm.Role, outcomes, attempt.Duration)
            : Observation.OfFailure(choice, choice.Arm.Role, attempt.Failure!, attempt.Duration);
        return call.IsIncomparable || call.Subjects.Count > 1 ? observation with { Incomparable = true } : observation;
    }

    private sealed record Call(HttpContext Context, IReadOnlyList<RankingSubject> Subjects, Deadline Deadline, CallerTerms Caller)
    {
        public bool IsIncomparable { get; init; }

        public RequestOrigin Origin { get; } = new(Context.Response.Headers[RerankHeaders.RequestId], Context.Request.Headers);
    }

    /// <param name="Failure">Null when all tiers that should have decided did.</param>
    /// <param name="Thrown">Without outcomes: what the caller is told.</param>
    private sealed record Attempt(IReadOnlyList<RankingOutcome>? Outcomes, ScoreFailure? Failure, ExceptionDispatchInfo? Thrown, TimeSpan Duration)
    {
        /// <summary>Whether it is more than the documents in the order of the request.</summary>
        public bool HasAnswer => Outcomes?.All(outcome => !outcome.NoTierAnswered) == true;

        public ArmAnswer AnswerOf(ArmChoice choice)
        {
            Thrown?.Throw();
            return new ArmAnswer(choice, Outcomes!);
        }
    }
}
