using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Sources;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>The real web application on loopback ports.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    public const string Token = "admin-token";

    private static readonly string[] Loopback = ["http://127.0.0.1:0"];

    private readonly WebApplication _app;

    private RunningHost(WebApplication app) => _app = app;

    /// <summary>In the order main, admin, probe, as far as they are.</summary>
    public required IReadOnlyList<HttpClient> Clients { get; init; }

    public HttpClient Main => Clients[0];

    public HttpClient Admin => Clients[1];

    public IServiceProvider Services => _app.Services;

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A host for pushed model sets, with models that need no ONNX file.</summary>
    public static Task<RunningHost> StartAsync(
        TestFolder folder, FakeModels models, TimeProvider? time = null, Func<ServeOptions, ServeOptions>? change = null)
    {
        var options = new ServeOptions
        {
            Urls = Loopback,
            AdminUrls = Loopback,
            AdminTokenFile = folder.Write("token", "admin-token\n"u8),
            ModelDirectory = folder["models"],
            BundledDirectory = folder["bundled"],
        };
        return StartAsync(change?.Invoke(options) ?? options, services =>
        {
            services.AddSingleton<IModelLoader>(models);
            services.AddSingleton(new SourceOptions { FirstPause = TimeSpan.Zero, MostFutileAttempts = 3 });
            if (time is not null)
                services.AddSingleton(time);
        });
    }

    public static async Task<RunningHost> StartAsync(ServeOptions options, Action<IServiceCollection>? configure = null)
    {
        Assert.Empty(ServeOptionsCheck.Problems(options));
        var app = HostApplication.Build(options, services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            configure?.Invoke(services);
        });
        await app.StartAsync(Cancelled);
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        return new RunningHost(app) { Clients = [.. addresses.Where(a => !a.Contains("unix:")).Select(Client)] };
    }

    public static ModelSet Set(long generation, params ModelSpec[] models) => new() { Generation = generation, Pipeline = "test/pipeline", Models = models };

    public async Task<HttpResponseMessage> PushAsync(ModelSet set, string? token = Token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, AdminProtocol.DesiredPath);
        request.Content = JsonContent.Create(set, ContractsJson.Default.ModelSet);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Admin.SendAsync(request, Cancelled);
    }

    public async Task ApplyAsync(ModelSet set)
    {
        using var response = await PushAsync(set);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    public async Task<HostStatus> StatusAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, AdminProtocol.StatusPath);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var response = await Admin.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync(WireJson.Default.HostStatus, Cancelled))!;
    }

    /// <summary>Waits until a model is in a state.</summary>
    public Task<ModelStatus> EventuallyAsync(string model, ModelState state, string? reason = null) => Eventually.Passes(
        async () =>
        {
            var status = (await StatusAsync()).Models.Single(m => m.Name == model);
            Assert.Equal((state, reason), (status.State, status.Reason));
            return status;
        },
        Cancelled);

    public async Task<HttpStatusCode> GetAsync(string path)
    {
        using var response = await Main.GetAsync(path, Cancelled);
        return response.StatusCode;
    }

    public Task StopAsync() => _app.StopAsync(Cancelled);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Clients)
            client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static HttpClient Client(string address) => new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address) };
}
