using k8s;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Prometheus;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Leadership;
using Rerank.Programs.Logs;

namespace Rerank.Operator.Run;

/// <summary>The operator in a cluster, or beside one that KUBECONFIG names.</summary>
internal static class RunCommand
{
    private const string DefaultUrls = "http://+:8080";

    /// <param name="logFormat">Of the operator's own messages; null: what the settings say.</param>
    public static async Task<int> RunAsync(LogFormat? logFormat, CancellationToken cancellationToken)
    {
        if (!ClusterIsNamed())
        {
            await Console.Error.WriteLineAsync(
                "no cluster: this process isn't in a pod, and neither KUBECONFIG nor ~/.kube/config names one. Without a cluster, use `local DIR`.");
            return 1;
        }

        KubernetesClientConfiguration cluster;
        try
        {
            cluster = KubernetesClientConfiguration.BuildDefaultConfig();
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"no cluster: what KUBECONFIG or ~/.kube/config names can't be used: {e.Message}");
            return 1;
        }

        var builder = WebApplication.CreateSlimBuilder();
        ListenAtUrls(builder);
        var section = builder.Configuration.GetSection(OperatorOptions.Section);

        // Probes and scrapes, every few seconds.
        builder.Logging.AddProgramLogs(logFormat ?? section.GetValue(nameof(OperatorOptions.LogFormat), LogFormat.Text)).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.AddRerankOptions(section);
        builder.Services.AddSingleton<IKubernetes>(s => new Kubernetes(
            cluster, new RequestMetrics(s.GetRequiredService<CollectorRegistry>())));
        builder.Services.AddSingleton<IResourceClient>(s =>
            new FencedClient(
                new ResourceClient(s.GetRequiredService<IKubernetes>(), s.GetRequiredService<TimeProvider>()), s.GetRequiredService<LeaseFence>()));
        builder.Services.AddOperatorRuntime(runtime => ClusterSettings.Bind(section, runtime)).AddRerankControllers(ClusterSettings.Watched(section));

        await using var app = builder.Build();
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        app.MapHealthChecks("/readyz", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        app.MapMetrics(registry: app.Services.GetRequiredService<CollectorRegistry>());
        await app.RunAsync(cancellationToken);
        return Environment.ExitCode;
    }

    /// <summary>Images of .NET name ports by a variable of their own (ASPNETCORE_HTTP_PORTS), which would be warned of at every start.</summary>
    internal static void ListenAtUrls(WebApplicationBuilder builder)
    {
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? builder.Configuration["ASPNETCORE_URLS"] ?? DefaultUrls);
        builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, "").UseSetting(WebHostDefaults.HttpsPortsKey, "");
    }

    /// <summary>The client library would otherwise try a port of this machine.</summary>
    private static bool ClusterIsNamed() =>
        KubernetesClientConfiguration.IsInCluster()
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG"))
        || File.Exists(KubernetesClientConfiguration.KubeConfigDefaultLocation);
}
