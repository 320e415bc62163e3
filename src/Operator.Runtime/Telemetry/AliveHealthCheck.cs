using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Runtime.Telemetry;

/// <summary>Alive: every informer hears from the API, and no worker hangs. A restart is the cure for either.</summary>
internal sealed class AliveHealthCheck(InformerSet informers, IEnumerable<IControllerLoop> controllers, IOptions<RuntimeOptions> options) : IHealthCheck
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(15);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var limit = options.Value.ReconcileTimeout * 2;
        string[] problems =
        [
            .. informers.All.Where(i => i.Silence > LongestSilence).Select(i => $"{i.Name}: nothing heard from the API for {i.Silence}"),
            .. controllers.Where(c => c.LongestRunning > limit).Select(c => $"{c.Name}: a reconcile has been running for {c.LongestRunning}"),
        ];
        return Task.FromResult(problems.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join("; ", problems)));
    }
}
