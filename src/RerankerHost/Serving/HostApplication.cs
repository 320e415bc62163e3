using Microsoft.Extensions.DependencyInjection.Extensions;
using Prometheus;
using Rerank.RerankerHost.Admin;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Sources;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Serving;

/// <summary>Composes the web application of <c>serve</c>.</summary>
internal static class HostApplication
{
    /// <param name="configure">Replaces services, such as the clock; for tests.</param>
    public static WebApplication Build(ServeOptions options, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Information);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Drain + options.ShutdownTimeout);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Limits.MaxBodyBytes;
            Listeners.Configure(kestrel, options);
        });

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options);
        builder.Services.AddTelemetry().AddSources().AddModels().AddServing().AddAdmin();
        configure?.Invoke(builder.Services);

        var app = builder.Build();
        app.Use(Listeners.SeparateAsync);
        app.UseRouting();
        app.MapHealth();
        app.MapMetrics("/metrics", app.Services.GetRequiredService<CollectorRegistry>());
        app.MapAdmin();
        app.MapInfo();
        app.MapScoring();
        return app;
    }

    private static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.AddSingleton(provider => new PairAdmission(
            provider.GetRequiredService<ServeOptions>().MaxPendingPairs, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PairScorer>();
        services.AddSingleton<ScoreHandler>();
        services.AddHostedService<Draining>();
        return services;
    }
}
