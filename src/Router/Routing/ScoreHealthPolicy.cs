using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Routing;

/// <summary>
/// Outlier ejection, as a passive health check that counts answers with 5xx like broken connections, which YARP's own policy doesn't: a host whose model fails
/// answers every request, and wrongly. After a row of failures a destination gets nothing for the reactivation period. It comes back on probation: another failure
/// ejects it at once, and for twice as long.
/// </summary>
internal sealed class ScoreHealthPolicy(IDestinationHealthUpdater updater, ILogger<ScoreHealthPolicy> logger) : IPassiveHealthCheckPolicy
{
    public const string PolicyName = "ScoreFailures";

    private const int FailuresInARow = 3;

    /// <summary>Answers in a row that end the probation.</summary>
    private const int Probation = 10;

    private const int MostDoublings = 5;

    private readonly ConditionalWeakTable<DestinationState, Record> _records = [];

    public string Name => PolicyName;

    /// <summary>For requests that YARP forwards.</summary>
    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        var failed = context.GetForwarderErrorFeature() is not null || context.Response.StatusCode >= StatusCodes.Status500InternalServerError;
        Report(cluster, destination, failed);
    }

    /// <summary>For requests that the tiers send.</summary>
    public void Report(ClusterState cluster, DestinationState destination, bool failed)
    {
        if (!failed && !_records.TryGetValue(destination, out _))
            return;

        var record = _records.GetOrCreateValue(destination);
        int doublings;
        lock (record)
        {
            if (!failed)
            {
                record.Failures = 0;
                record.Answers++;
                if (record.Answers >= Probation)
                    record.Ejections = 0;
                return;
            }

            // What was sent before it was ejected fails together with what ejected it.
            if (destination.Health.Passive == DestinationHealth.Unhealthy)
                return;
            record.Answers = 0;
            if (++record.Failures < FailuresInARow && record.Ejections == 0)
                return;
            record.Failures = 0;
            doublings = Math.Min(record.Ejections++, MostDoublings);
        }

        var period = (cluster.Model.Config.HealthCheck?.Passive?.ReactivationPeriod ?? TimeSpan.FromSeconds(10)) * (1 << doublings);
        Log.DestinationRested(logger, cluster.ClusterId, destination.DestinationId, period.TotalSeconds);
        updater.SetPassive(cluster, destination, DestinationHealth.Unhealthy, period);
    }

    private sealed class Record
    {
        public int Failures { get; set; }

        public int Answers { get; set; }

        public int Ejections { get; set; }
    }
}
