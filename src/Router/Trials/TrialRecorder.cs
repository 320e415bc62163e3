using Rerank.Router.Admin;
using Rerank.Router.Routing;
using Rerank.Router.Telemetry;

namespace Rerank.Router.Trials;

/// <summary>Takes observations down, and says so when one trips a limit.</summary>
internal sealed class TrialRecorder(StatusVersion version, RouterMetrics metrics, ILogger<TrialRecorder> logger)
{
    public void Record(ServingTable table, in Observation observation)
    {
        if (table.Trial?.Record(observation) is not { } trip)
            return;

        version.Raise();
        metrics.Tripped(trip.Limit);
        Log.Tripped(logger, table.Trial.Revision, table.Trial.Attempt, table.Table.Pipeline, trip.Limit, trip.Observed);
    }
}
