using Rerank.Contracts.Dialects;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;

namespace Rerank.Router.Serving;

/// <summary>Has the chosen arm rank a request. It gets a second try where another arm or table promises more than an error does.</summary>
internal sealed class ArmRanker(TableStore tables, TieredRanker ranker, TrialRecorder recorder, TimeProvider time)
{
    /// <exception cref="RequestException">There is no answer.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<ArmAnswer> RankAsync(HttpContext context, ArmChoice first, RerankRequest request, Deadline deadline)
    {
        for (var (choice, mayChange) = (first, true); ; mayChange = false)
        {
            var started = time.GetTimestamp();
            ArmChoice? next;
            context.Response.Headers[RerankHeaders.Revision] = choice.Arm.Revision;
            try
            {
                var outcome = await ranker.RankAsync(context, choice.Arm, request, deadline, context.RequestAborted);
                next = mayChange && outcome.Degraded is not null ? Next(choice, outcome.NoTierAnswered, deadline) : null;
                if (next is null || (outcome.NoTierAnswered && IsToBlame(choice)))
                    recorder.Answered(choice, outcome, time.GetElapsedTime(started));
                if (next is null)
                    return new ArmAnswer(choice, outcome);
            }
            catch (Exception e) when (ArmFault.Of(e, context.RequestAborted.IsCancellationRequested) is { } fault)
            {
                next = mayChange ? Next(choice, failed: true, deadline) : null;
                if (next is null || IsToBlame(choice))
                    recorder.Failed(choice, fault, time.GetElapsedTime(started));
                if (next is null)
                    throw;
            }

            choice = next;
        }
    }

    /// <summary>
    /// Who ranks instead. For a candidate that failed, stable. A request that began just before a change of the table may find that its revision's models have
    /// left the hosts: it is then ranked as the new table says, instead of failing or getting less. Null when neither is the case.
    /// </summary>
    private ArmChoice? Next(ArmChoice choice, bool failed, Deadline deadline)
    {
        var current = tables.Current!;
        if (deadline.Remaining == TimeSpan.Zero)
            return null;
        if (failed && IsToBlame(choice))
            return new ArmChoice(current, current.Stable, Counts: false);
        if (ReferenceEquals(current, choice.Table))
            return null;

        var same = current.ArmOf(choice.Arm.Revision);
        return new ArmChoice(current, same ?? current.Stable, choice.Counts && same is not null && tables.IsRunning(choice.Table.Trial));
    }

    /// <summary>Whether a failure is the candidate's: not when it has just been taken away.</summary>
    private bool IsToBlame(ArmChoice choice) => choice.Arm.Role == ArmRole.Candidate && tables.IsRunning(choice.Table.Trial);
}
