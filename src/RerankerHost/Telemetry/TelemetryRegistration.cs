using Prometheus;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Telemetry;

internal static class TelemetryRegistration
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddSingleton<HostMetrics>()
        .AddSingleton(provider =>
        {
            var registry = Metrics.NewCustomRegistry();
            DotNetStats.Register(registry);
            registry.AddBeforeCollectCallback(() => provider.GetRequiredService<HostMetrics>().Observe(
                provider.GetRequiredService<Scheduler>(), provider.GetRequiredService<ModelSetController>().Status().Models));
            return registry;
        });
}
