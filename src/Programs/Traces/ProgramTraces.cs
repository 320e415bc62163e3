using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Rerank.Programs.Traces;

/// <summary>
/// Sends a program's spans to a collector by OTLP. All other settings (protocol, headers, sampler, resource attributes) are OpenTelemetry's environment variables.
/// </summary>
public static class ProgramTraces
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpointVariable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    /// <summary>Nothing unless an endpoint is set: spans aren't even made then.</summary>
    public static IServiceCollection AddTraces(this IServiceCollection services, TraceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables();
        if (options.Endpoint is { } endpoint)
            configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>(EndpointVariable, endpoint)]);
        var settings = configuration.Build();
        return string.IsNullOrEmpty(settings[EndpointVariable]) && string.IsNullOrEmpty(settings[TracesEndpointVariable])
            ? services
            : services.AddHostedService(_ => new Exporting(options, settings));
    }

    /// <summary>Says what is wrong with an address of a collector; null: nothing.</summary>
    public static string? Problem(string? endpoint) =>
        endpoint is null || (Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            ? null
            : $"{endpoint} is not an address such as http://collector:4317";

    private sealed class Exporting(TraceOptions options, IConfiguration settings) : IHostedService, IDisposable
    {
        private TracerProvider? _provider;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _provider = Sdk.CreateTracerProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(settings))
                .ConfigureResource(resource => resource.Clear().AddService(options.Program).AddTelemetrySdk().AddEnvironmentVariableDetector())
                .AddSource(options.Source)
                .AddOtlpExporter()
                .Build();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            // What is left is sent, as far as a collector takes it soon.
            const int PatienceMilliseconds = 2000;
            _provider?.ForceFlush(PatienceMilliseconds);
            return Task.CompletedTask;
        }

        public void Dispose() => _provider?.Dispose();
    }
}
