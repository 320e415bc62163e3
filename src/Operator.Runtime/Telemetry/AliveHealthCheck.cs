using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Runtime.Telemetry;

/// <summary>Alive: no worker hangs, for which a restart is the cure. It is none for an API server that is away or refuses a kind: what is known by then is worth keeping.</summary>
internal sealed class AliveHealthCheck(IEnumerable<IControllerLoop> controllers, IOptions<RuntimeOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var limit = options.Value.ReconcileTimeout * 2;
        string[] problems = [.. controllers.Where(c => c.LongestRunning > limit).Select(c => $"{c.Name}: a reconcile has been running for {c.LongestRunning}")];
        return Task.FromResult(problems.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join("; ", problems)));
    }
}
