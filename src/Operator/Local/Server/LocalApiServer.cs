using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rerank.Operator.Runtime.Client.InMemory;

namespace Rerank.Operator.Local.Server;

/// <summary>
/// The API server of local mode for other programs: kubectl, and its plugin <c>kubectl rerank</c>. On loopback only, and only for who
/// has the token in the kubeconfig that it writes.
/// </summary>
internal sealed class LocalApiServer(
    InMemoryResourceClient client, LocalOptions options, LocalConsole console, ILoggerFactory loggers, TimeProvider time) : IHostedService
{
    private const long MaxBodyBytes = 3 * 1024 * 1024;

    private readonly ObjectEndpoints _objects = new(client.Objects, time);
    private WebApplication? _application;
    private X509Certificate2? _certificate;
    private Kubeconfig? _kubeconfig;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _certificate = ServerCertificate.Create(time.GetUtcNow());
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate));
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        _application = builder.Build();
        var token = new BearerToken();
        _application.Use(async (http, next) => await AnswerAsync(http, token, next));
        _application.UseRouting();
        MapRoutes(_application);
        await _application.StartAsync(cancellationToken);

        var address = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _kubeconfig = await Kubeconfig.WriteAsync(options.KubeconfigPath, address, _certificate, token.Value, cancellationToken);
        console.ApiServerOpened(_kubeconfig.Path);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _kubeconfig?.Delete();
        if (_application is not null)
        {
            // Watches would otherwise be waited for.
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await _application.StopAsync(now.Token);
            await _application.DisposeAsync();
        }

        _certificate?.Dispose();
    }

    private void MapRoutes(WebApplication application)
    {
        Map("/version", _ => Discovery.Version());
        Map("/api", _ => Discovery.CoreVersions());
        Map("/apis", _ => Discovery.Groups());
        Map("/api/{version}", http => Discovery.Resources("", Value(http, "version")!));
        Map("/apis/{group}/{version}", http => Discovery.Resources(Value(http, "group")!, Value(http, "version")!));
        foreach (var prefix in (string[])["/api/{version}", "/apis/{group}/{version}"])
        {
            application.Map($"{prefix}/{{plural}}", HandleAsync);
            application.Map($"{prefix}/namespaces/{{ns}}/{{plural}}", HandleAsync);
            application.Map($"{prefix}/namespaces/{{ns}}/{{plural}}/{{name}}", HandleAsync);
        }

        application.MapFallback(http => throw ApiError.NotFound($"local mode doesn't serve {http.Request.Path}"));

        void Map(string path, Func<HttpContext, JsonObject?> answer) => application.MapGet(path, http =>
            WriteAsync(http, answer(http) ?? throw ApiError.NotFound($"local mode doesn't serve {http.Request.Path}")));
    }

    private async Task HandleAsync(HttpContext http)
    {
        var served = ServedKinds.Find(Value(http, "group") ?? "", Value(http, "version")!, Value(http, "plural")!)
            ?? throw ApiError.NotFound("the server could not find the requested resource");
        if (await _objects.HandleAsync(http, served, Value(http, "ns"), Value(http, "name")) is { } answer)
            await WriteAsync(http, answer);
    }

    private static async Task AnswerAsync(HttpContext http, BearerToken token, RequestDelegate next)
    {
        try
        {
            if (!token.Admits(http.Request.Headers.Authorization))
                throw new ApiError(StatusCodes.Status401Unauthorized, "Unauthorized", "Unauthorized");
            await next(http);
        }
        catch (Exception exception) when (ApiError.Of(exception) is { } error && !http.Response.HasStarted)
        {
            http.Response.StatusCode = error.Code;
            await WriteAsync(http, error.Status());
        }
    }

    private static string? Value(HttpContext http, string name) => http.GetRouteValue(name) as string;

    private static Task WriteAsync(HttpContext http, JsonObject answer)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(answer.ToJsonString(), http.RequestAborted);
    }
}
