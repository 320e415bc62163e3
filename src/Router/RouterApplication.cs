using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Prometheus;
using Rerank.Contracts.Routing;
using Rerank.Http;
using Rerank.Programs.Logs;
using Rerank.Programs.Traces;
using Rerank.Router.Admin;
using Rerank.Router.Feedback;
using Rerank.Router.Health;
using Rerank.Router.Hosting;
using Rerank.Router.Passing;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Serving;
using Rerank.Router.Shadow;
using Rerank.Router.Telemetry;
using Rerank.Router.Tiers;
using Rerank.Router.Tiers.Cache;
using Rerank.Router.Trials;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Rerank.Router;

/// <summary>The whole program but the command line.</summary>
internal static class RouterApplication
{
    /// <summary>The longest time limit that a pipeline may have.</summary>
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMilliseconds(RoutingLimits.MaxRequestTimeoutMilliseconds);

    /// <param name="configure">For tests: replaces services.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static WebApplication Create(RouterOptions options, Action<IServiceCollection>? configure = null)
    {
        RouterOptionsValidator.Check(options);

        // Empty: addresses and limits come from the command line and the routing table only, whatever ASPNETCORE_ variables an image sets.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddEnvironmentVariables();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listeners.Configure(kestrel, options));

        // Asks the system twice for each piece of a body otherwise, to save the four KiB of a connection that has nothing to say.
        builder.WebHost.UseSockets(sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        AddLogging(builder, options);
        AddServices(builder.Services, options);
        configure?.Invoke(builder.Services);

        // As long as any request may take: what ends it sooner is the grace period of the pod, which the operator makes long enough.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestRequest + options.Drain);

        var app = builder.Build();
        var readiness = app.Services.GetRequiredService<Readiness>();
        app.UseClosingConnections(() => readiness.IsStopping);
        app.MapWhen(Listeners.IsAdmin, admin => admin.Run(app.Services.GetRequiredService<AdminEndpoint>().HandleAsync));
        if (options.ProbeUrls is not null)
            app.UseProbeAddresses();
        app.UseAllowedOrigins();
        app.UseCompressedBodiesUnlessPassed();
        app.MapRerank();
        app.MapPassing();
        app.MapFeedback();
        app.MapModels();
        app.MapHealth();
        app.MapMetrics(registry: app.Services.GetRequiredService<RouterMetrics>().Registry);

        // No routes: it starts YARP's configuration and health checks. The tiers and what is passed on call its destinations themselves.
        app.MapReverseProxy();
        return app;
    }

    private static void AddLogging(WebApplicationBuilder builder, RouterOptions options)
    {
        builder.Logging.AddProgramLogs(options.LogFormat).AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);

        // Says once more, with a stack trace, why the router can't start; that is told in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        // One stack trace per request that fails, also where its caller is to blame; what is a host's fault is said elsewhere.
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.Error);

        // One stack trace per failed probe; that a destination's health changed is said elsewhere.
        builder.Logging.AddFilter("Yarp.ReverseProxy.Health.ActiveHealthCheckMonitor", LogLevel.Error);
    }

    private static void AddServices(IServiceCollection services, RouterOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddTraces(new TraceOptions("rerank-router", RouterTraces.SourceName, options.OtlpEndpoint));
        services.AddRoutingCore();
        services.AddCompressedBodies();

        // Looked up when a request comes: YARP checks its configuration with the provider of policies, so that this can't have the tables for a dependency.
        services.AddAllowedOrigins(http => http.RequestServices.GetRequiredService<TableStore>().Current?.Table.Cors?.AllowedOrigins, RerankHeaders.Exposed);

        services.AddSingleton<DestinationConnector>();
        services.AddSingleton<TableConfigProvider>();
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<TableConfigProvider>());
        services.AddSingleton<IConfigChangeListener>(provider => provider.GetRequiredService<TableConfigProvider>());
        services.AddSingleton<IHostResolver, DnsHostResolver>();
        services.AddSingleton<IDestinationResolver, DestinationResolver>();
        services.AddSingleton<ScoreHealthPolicy>();
        services.AddSingleton<IPassiveHealthCheckPolicy>(provider => provider.GetRequiredService<ScoreHealthPolicy>());
        services.AddReverseProxy();
        services.AddSingleton<Yarp.ReverseProxy.Forwarder.IForwarderHttpClientFactory, DestinationClientFactory>();

        services.AddSingleton<ServingTableBuilder>();
        services.AddSingleton<TableStore>();
        services.AddHostedService<MountedTable>();
        services.AddSingleton<Readiness>();
        services.AddHostedService(provider => provider.GetRequiredService<Readiness>());

        services.AddSingleton<ClusterLoads>();
        services.AddSingleton<ScoreClient>();
        services.AddSingleton<PairFlights>();
        services.AddSingleton<TierScorer>();
        services.AddSingleton<TieredRanker>();
        services.AddSingleton<IDice, Dice>();
        services.AddSingleton<ArmChooser>();
        services.AddSingleton<TrialRecorder>();
        services.AddSingleton<Shadows>();
        services.AddHostedService(provider => provider.GetRequiredService<Shadows>());
        services.AddSingleton<ArmRanker>();
        services.AddSingleton<AnswerBook>();
        services.AddSingleton<AnswerObservers>();
        services.AddSingleton<IAnswerObserver, CacheFiller>();
        services.AddSingleton<IAnswerObserver, AnswerCounter>();
        services.AddSingleton<IAnswerObserver>(provider => provider.GetRequiredService<AnswerBook>());
        services.AddSingleton<IAnswerObserver>(provider => provider.GetRequiredService<Shadows>());
        services.AddSingleton(new RequestMemory(options.RequestMemoryBytes));
        services.AddSingleton<RerankEndpoint>();
        services.AddSingleton<HostCaller>();
        services.AddSingleton<PassingEndpoint>();
        services.AddSingleton<RequestIds>();
        services.AddSingleton<PeerDirectory>();
        services.AddSingleton<PeerFeedback>();
        services.AddSingleton<FeedbackEndpoint>();

        services.AddSingleton<RouterMetrics>();
        services.AddSingleton<BearerToken>();
        services.AddSingleton<StatusVersion>();
        services.AddSingleton<AdminEndpoint>();
    }
}
