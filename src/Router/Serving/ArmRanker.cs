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
                next = mayChange && outcome.Degraded is not null ? InNewTable(choice) : null;
                if (next is null)
                {
                    recorder.Answered(choice, Observation.Of(choice.Arm.Role, outcome, time.GetElapsedTime(started)));
                    return new ArmAnswer(choice, outcome);
                }
            }
            catch (Exception e) when (ArmFault.Of(e, context.RequestAborted.IsCancellationRequested) is { } fault)
            {
                var stepsIn = choice.Arm.Role == ArmRole.Candidate && (tables.IsRunning(choice.Table.Trial) || !choice.Counts);
                next = !mayChange || deadline.Remaining == TimeSpan.Zero ? null
                    : stepsIn ? new ArmChoice(tables.Current!, tables.Current!.Stable, Counts: false)
                    : InNewTable(choice);
                if (next is null || stepsIn)
                    recorder.Answered(choice, Observation.OfFailure(choice.Arm.Role, fault, time.GetElapsedTime(started)));
                if (next is null)
                    throw;
            }

            choice = next;
        }
    }

    /// <summary>
    /// A request that began just before a change of the table may find that its revision's models have left the hosts. It is then ranked as the new
    /// table says, instead of failing or getting less. Null when the table is still the same.
    /// </summary>
    private ArmChoice? InNewTable(ArmChoice choice)
    {
        var current = tables.Current!;
        if (ReferenceEquals(current, choice.Table))
            return null;

        var same = current.ArmOf(choice.Arm.Revision);
        return new ArmChoice(current, same ?? current.Stable, choice.Counts && same is not null && tables.IsRunning(choice.Table.Trial));
    }
}
