using Rerank.Router.Admin;
using Rerank.Router.Routing;
using Rerank.Router.Telemetry;
using Rerank.Router.Tiers;

namespace Rerank.Router.Trials;

/// <summary>Takes observations down, and says so when one trips a limit.</summary>
internal sealed class TrialRecorder(StatusVersion version, RouterMetrics metrics, ILogger<TrialRecorder> logger)
{
    public void Answered(ArmChoice choice, RankingOutcome outcome, TimeSpan duration)
    {
        metrics.ArmRanked(choice.Arm, outcome.Degraded is null ? "ok" : outcome.NoTierAnswered ? outcome.Degraded : "degraded");
        if (choice.Counts)
            Record(choice.Table, Observation.Of(choice.Arm.Role, outcome, duration));
    }

    public void Failed(ArmChoice choice, ArmFault fault, TimeSpan duration)
    {
        metrics.ArmRanked(choice.Arm, fault.Reason);
        if (choice.Counts)
            Record(choice.Table, Observation.OfFailure(choice.Arm.Role, fault, duration));
    }

    public void Record(ServingTable table, in Observation observation)
    {
        if (table.Trial?.Record(observation) is not { } trip)
            return;

        version.Raise();
        metrics.Tripped(trip.Limit);
        Log.Tripped(logger, table.Trial.Revision, table.Trial.Attempt, table.Table.Pipeline, trip.Limit, trip.Observed);
    }
}
