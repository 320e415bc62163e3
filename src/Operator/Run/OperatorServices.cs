using System.Security.Cryptography;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Events;
using Rerank.Operator.Models;
using Rerank.Operator.Names;
using Rerank.Operator.Namespaces;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Pipelines.Engines;
using Rerank.Operator.Pipelines.Records;
using Rerank.Operator.Pipelines.Watch;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Sources.Prometheus;
using Rerank.Operator.Telemetry;

namespace Rerank.Operator.Run;

/// <summary>The controllers and what they need, for a cluster and for local mode alike. Either brings its resource client and its addresses.</summary>
internal static class OperatorServices
{
    private const int TokenBytes = 32;
    private const int MaxAdminAnswerBytes = 4 * 1024 * 1024;

    public static IServiceCollection AddRerankOptions(this IServiceCollection services, IConfiguration section)
    {
        services.AddOptionsWithValidateOnStart<OperatorOptions>().Bind(section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OperatorOptions>, OperatorOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OperatorOptions>, OtlpEndpointValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OperatorOptions>, ProxyOptionsValidator>());
        return services;
    }

    public static IServiceCollection AddRerankControllers(this IServiceCollection services)
    {
        services.TryAddSingleton<NewToken>(() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes)));
        services.TryAddSingleton<IPoolAddresses, ClusterPoolAddresses>();
        services.AddPlainHttpClient(AdminClient.ClientName, MaxAdminAnswerBytes);
        services.AddPlainHttpClient(PrometheusClient.ClientName, PrometheusClient.MaxAnswerBytes);
        services.AddSingleton<AdminClient>();
        services.AddSingleton<LastAnswers>();
        services.AddSingleton<RouterStatuses>();
        services.AddSingleton<AcceptedTokens>();
        services.AddSingleton<AdminTokens>();
        services.AddSingleton<SourceCredentials>();
        services.AddSingleton<HostReports>();
        services.AddSingleton<EventRecorder>();
        services.AddSingleton<OtherOperators>();

        services.AddSingleton<ServedApisReader>();
        services.AddSingleton<PodStatusReader>();
        services.AddSingleton<DesiredReader>();
        services.AddSingleton<CachedRecords>();
        services.AddSingleton<StoredRecords>();
        services.AddSingleton<Restorations>();
        services.AddSingleton<EngineQueue>();
        services.AddSingleton<EngineReader>();
        services.AddSingleton<PipelineObserver>();
        services.AddSingleton<PipelineEnvironment>();
        services.AddSingleton<PipelineWriter>();
        services.AddSingleton<PushedTables>();
        services.AddSingleton<DocumentPusher>();
        services.AddSingleton<TableRefusals>();
        services.AddSingleton<PipelineReporter>();
        services.AddSingleton<ReportStore>();
        services.AddChild<V1ConfigMap>().AddChild<V1NetworkPolicy>().AddChild<V1Service>().AddChild<V1Deployment>()
            .AddChild<V1PodDisruptionBudget>().AddChild<V2HorizontalPodAutoscaler>();

        services.AddSingleton<PrometheusClient>();
        services.AddSingleton<PrometheusSource>();
        services.AddSingleton<PrometheusLooks>();
        services.AddSingleton<RolloutMetrics>();
        services.AddSingleton<GuardedPipelines>();
        services.AddSingleton<IWorkPriorities<RerankPipeline>, PipelinePriorities>();
        services.AddSingleton<Guard>();
        services.AddSingleton<RolloutFollowers>();
        services.AddHostedService(provider => provider.GetRequiredService<Guard>());

        services.AddSingleton<ModelUses>();
        services.AddSingleton<ModelReporter>();
        return services;
    }

    /// <param name="ns">The one namespace that is handled; null for all of them.</param>
    public static OperatorBuilder AddRerankControllers(this OperatorBuilder builder, string? ns = null)
    {
        const string Ours = $"{Labels.ManagedBy}={Labels.OperatorName}";
        builder.Services.AddRerankControllers();
        builder
            .AddController<RerankPipelineController, RerankPipeline>(c => c
                .Owns<V1ConfigMap>(Ours)
                .Owns<V1NetworkPolicy>(Ours, required: false)
                .Owns<V1Service>(Ours)
                .Owns<V1Deployment>(Ours)
                .Owns<V1PodDisruptionBudget>(Ours, optional: true, required: false, when: Predicates.OtherThanStatus)
                .Owns<V2HorizontalPodAutoscaler>(Ours, optional: true, required: false, when: Predicates.OtherThanStatus)
                .Owns<V1ControllerRevision>(Ours)
                .Watches<V1Pod>(PipelineReferences.OfPod, Ours)
                .Watches<ModelVersion>(PipelineReferences.OfModel))
            .AddController<ModelVersionController, ModelVersion>(c => c
                .Watches<RerankPipeline>((pipeline, _) => ModelReferences.OfPipeline(pipeline))
                .Watches<V1ControllerRevision>((revision, _) => ModelReferences.OfRevision(revision)))
            .RemoveFormerFinalizer<ModelVersion>(ModelVersionController.FormerFinalizer);
        // What others handle is asked only by who handles all namespaces. Who may not list leases handles them all the same.
        return ns is null ? builder.AddInformer<V1Lease>(OtherOperators.Selector, required: false) : builder;
    }

    /// <summary>A client that goes where it is told to, and nowhere else.</summary>
    private static void AddPlainHttpClient(this IServiceCollection services, string name, int maxAnswerBytes) =>
        services.AddHttpClient(name, client => client.MaxResponseContentBufferSize = maxAnswerBytes)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
            // Its messages would only repeat what conditions say, time and again.
            .RemoveAllLoggers();

    private static IServiceCollection AddChild<T>(this IServiceCollection services)
        where T : class, IKubernetesObject<V1ObjectMeta> => services.AddSingleton<IChildWriter, ChildWriter<T>>();
}
