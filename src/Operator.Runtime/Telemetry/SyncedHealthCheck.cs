using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Runtime.Telemetry;

/// <summary>Ready: every kind has been listed, and the API does not refuse to go on.</summary>
internal sealed class SyncedHealthCheck(InformerSet informers) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var missing = informers.Missing();
        return Task.FromResult(missing is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"not synced: {missing}"));
    }
}
