using k8s;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Prometheus;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Leadership;

namespace Rerank.Operator.Run;

/// <summary>The operator in a cluster, or beside one that KUBECONFIG names.</summary>
internal static class RunCommand
{
    private const string DefaultUrls = "http://+:8080";

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!ClusterIsNamed())
        {
            await Console.Error.WriteLineAsync(
                "no cluster: this process isn't in a pod, and neither KUBECONFIG nor ~/.kube/config names one. Without a cluster, use `local DIR`.");
            return 1;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? builder.Configuration["ASPNETCORE_URLS"] ?? DefaultUrls);
        // Probes and scrapes, every few seconds.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        var section = builder.Configuration.GetSection(OperatorOptions.Section);
        builder.Services.AddRerankOptions(section);
        builder.Services.AddSingleton<IKubernetes>(s => new Kubernetes(
            KubernetesClientConfiguration.BuildDefaultConfig(), new RequestMetrics(s.GetRequiredService<CollectorRegistry>())));
        builder.Services.AddSingleton<IResourceClient>(s =>
            new FencedClient(
                new ResourceClient(s.GetRequiredService<IKubernetes>(), s.GetRequiredService<TimeProvider>()), s.GetRequiredService<LeaseFence>()));
        builder.Services.AddOperatorRuntime(runtime => ClusterSettings.Bind(section, runtime)).AddRerankControllers();

        await using var app = builder.Build();
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        app.MapHealthChecks("/readyz", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        app.MapMetrics(registry: app.Services.GetRequiredService<CollectorRegistry>());
        await app.RunAsync(cancellationToken);
        return Environment.ExitCode;
    }

    /// <summary>The client library would otherwise try a port of this machine.</summary>
    private static bool ClusterIsNamed() =>
        KubernetesClientConfiguration.IsInCluster()
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG"))
        || File.Exists(KubernetesClientConfiguration.KubeConfigDefaultLocation);
}
