using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Routing;

/// <summary>
/// Passive health check that counts answers with 5xx like broken connections, which YARP's own policy doesn't: a host whose model fails
/// answers every request, and wrongly. After a row of failures a destination gets nothing for the reactivation period.
/// </summary>
internal sealed class ScoreHealthPolicy(IDestinationHealthUpdater updater, ILogger<ScoreHealthPolicy> logger) : IPassiveHealthCheckPolicy
{
    public const string PolicyName = "ScoreFailures";

    private const int FailuresInARow = 3;

    private readonly ConditionalWeakTable<DestinationState, StrongBox<int>> _failures = [];

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
        if (!failed && !_failures.TryGetValue(destination, out _))
            return;

        var row = _failures.GetOrCreateValue(destination);
        if (!failed)
        {
            Interlocked.Exchange(ref row.Value, 0);
            return;
        }

        if (Interlocked.Increment(ref row.Value) < FailuresInARow)
            return;

        Interlocked.Exchange(ref row.Value, 0);
        var period = cluster.Model.Config.HealthCheck?.Passive?.ReactivationPeriod ?? TimeSpan.FromSeconds(10);
        Log.DestinationRested(logger, cluster.ClusterId, destination.DestinationId, FailuresInARow, period.TotalSeconds);
        updater.SetPassive(cluster, destination, DestinationHealth.Unhealthy, period);
    }
}
