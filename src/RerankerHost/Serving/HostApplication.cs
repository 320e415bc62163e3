using Microsoft.Extensions.DependencyInjection.Extensions;
using Prometheus;
using Rerank.Contracts.Scoring;
using Rerank.Http;
using Rerank.Programs.Logs;
using Rerank.Programs.Traces;
using Rerank.RerankerHost.Admin;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Sources;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Serving;

/// <summary>Composes the web application of <c>serve</c>.</summary>
internal static class HostApplication
{
    /// <summary>Those of answers that a page in a browser may read.</summary>
    private static readonly string[] ExposedHeaders =
    [
        ScoreApi.RequestIdHeader, "Server-Timing", "Retry-After", "x-compute-type", "x-compute-characters", "x-compute-tokens", "x-compute-time", "x-total-time",
        "x-tokenization-time", "x-queue-time", "x-inference-time",
    ];

    /// <param name="configure">Replaces services, such as the clock; for tests.</param>
    public static WebApplication Build(ServeOptions options, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddProgramLogs(options.LogFormat);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Information);

        // Says with a stack trace why the application doesn't start, and then throws it: the command says it in a line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Whoever reads a body has a limit of its own and says what it is. This one would cut off callers whose requests are refused without being read.
            kestrel.Limits.MaxRequestBodySize = null;

            // What has come of a body that nobody reads yet is counted nowhere, and there may be many connections.
            kestrel.Limits.MaxRequestBufferSize = 128 * 1024;
            Listeners.Configure(kestrel, options);
        });

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options);
        builder.Services.AddTraces(new TraceOptions("rerank-host", HostTraces.SourceName, options.OtlpEndpoint));
        builder.Services.AddCompressedBodies();
        builder.Services.AddAllowedOrigins(http => Listeners.IsAdmin(http) ? null : options.AllowedOrigins, ExposedHeaders);
        builder.Services.AddTelemetry().AddSources().AddModels().AddServing().AddAdmin();
        configure?.Invoke(builder.Services);

        var app = builder.Build();
        var draining = app.Services.GetRequiredService<Draining>();
        app.UseClosingConnections(() => draining.IsStopping);
        app.Use(Listeners.SeparateAsync);
        app.UseRouting();
        app.UseAllowedOrigins();
        app.UseCompressedBodies();
        app.MapHealth();
        app.MapMetrics("/metrics", app.Services.GetRequiredService<CollectorRegistry>());
        app.MapAdmin();
        app.MapInfo();
        app.MapModels();
        app.MapScoring();
        return app;
    }

    private static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<ServeOptions>();
            return new Scheduler(options.Threads, options.MaxQueue, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<HostMetrics>().Batched);
        });
        services.AddSingleton<LimitsInForce>();
        services.AddSingleton(provider => new RequestMemory(provider.GetRequiredService<ServeOptions>().RequestMemoryBytes));
        services.AddSingleton<PairScorer>();
        services.AddSingleton<ScoreHandler>();
        services.AddSingleton<TokenizingTurns>();
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        return services;
    }
}
