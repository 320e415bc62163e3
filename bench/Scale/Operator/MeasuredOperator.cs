using k8s;
using Rerank.Operator;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Run;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Scale.Operator;

/// <param name="ApiServer">Its address.</param>
/// <param name="Pods">Address of the server that answers for all pods.</param>
internal sealed record OperatorSettings(Uri ApiServer, string Token, string Namespace, Uri Pods);

/// <summary>
/// The operator as it is, with everything that it starts; only what it tells pods goes to <see cref="ToFakePods"/>. It leads without a lease, whose renewals
/// would be writes.
/// </summary>
internal static class MeasuredOperator
{
    public static void AddServices(IServiceCollection services, OperatorSettings settings, Measures measures)
    {
        services.AddLogging(logging => logging.ClearProviders());
        services.AddSingleton(measures);
        services.AddRerankOptions(new ConfigurationBuilder().Build().GetSection(OperatorOptions.Section));
        services.AddSingleton<IKubernetes>(_ => new Kubernetes(
            new KubernetesClientConfiguration { Host = settings.ApiServer.ToString(), AccessToken = settings.Token, SkipTlsVerify = true },
            new CountRequests(measures)));
        services.AddSingleton<IResourceClient>(s => new ResourceClient(s.GetRequiredService<IKubernetes>(), s.GetRequiredService<TimeProvider>()));
        services.AddOperatorRuntime(runtime =>
        {
            runtime.Namespace = settings.Namespace;
            runtime.LeaderElection.Enabled = false;
        }).AddRerankControllers();
        services.AddHttpClient(AdminClient.ClientName).AddHttpMessageHandler(() => new ToFakePods(settings.Pods));
        services.AddScoped<RerankPipelineController>();
        services.AddScoped<IEntityController<RerankPipeline>, TimedController>();
    }
}
