using k8s;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Prometheus;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Leadership;
using Rerank.Operator.Runtime.Telemetry;

namespace Rerank.Operator.Runtime;

public static class OperatorRuntimeExtensions
{
    /// <inheritdoc cref="AddOperatorRuntime(IServiceCollection, Action{RuntimeOptions})"/>
    public static OperatorBuilder AddOperatorRuntime(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<RuntimeOptions>().Bind(section);
        return AddRuntime(services);
    }

    /// <summary>
    /// Adds the controller runtime. The host adds <see cref="Client.IResourceClient"/>, and may add a <see cref="CollectorRegistry"/>, a
    /// <see cref="TimeProvider"/>, and a function that makes a new <see cref="KubernetesClientConfiguration"/>, for the lease's own connection.
    /// Ends that the host must report come by <see cref="Environment.ExitCode"/>: 1 when leadership is lost or the first lists fail.
    /// </summary>
    public static OperatorBuilder AddOperatorRuntime(this IServiceCollection services, Action<RuntimeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<RuntimeOptions>().Configure(configure);
        return AddRuntime(services);
    }

    private static OperatorBuilder AddRuntime(IServiceCollection services)
    {
        if (services.Any(s => s.ServiceType == typeof(InformerSet)))
            throw new InvalidOperationException("The operator runtime has been added already.");

        services.AddOptionsWithValidateOnStart<RuntimeOptions>();
        services.AddSingleton<IValidateOptions<RuntimeOptions>, RuntimeOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Metrics.DefaultRegistry);
        services.TryAddSingleton<Func<KubernetesClientConfiguration>>(() => KubernetesClientConfiguration.BuildDefaultConfig());
        services.AddSingleton(new Jitter(new Random()));
        services.AddSingleton<RuntimeMetrics>();
        services.AddSingleton<InformerSet>();

        // Hosted services stop in reverse order: workers first, then informers, and the lease is given up last.
        services.TryAddSingleton<ILeaseLockFactory, LeaseLockFactory>();
        services.AddSingleton<LeaseFence>();
        services.AddSingleton<LeadershipService>();
        services.AddHostedService(s => s.GetRequiredService<LeadershipService>());
        services.AddHostedService<InformerService>();
        services.AddHostedService<ControllerService>();

        services.AddHealthChecks()
            .AddCheck<SyncedHealthCheck>("informers-synced", tags: ["ready"])
            .AddCheck<AliveHealthCheck>("runtime-alive", tags: ["live"]);

        return new OperatorBuilder(services);
    }
}
