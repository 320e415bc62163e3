using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Rerank.Contracts.Scoring;

namespace Rerank.Router.Tests.Stubs;

/// <summary>A host that answers any path with what it was sent.</summary>
internal sealed class EchoHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoHost(WebApplication app) => _app = app;

    public ConcurrentQueue<(string Path, Dictionary<string, string> Headers, byte[] Body)> Requests { get; } = [];

    /// <summary>Instead of 200.</summary>
    public int? Status { get; set; }

    /// <summary>Answers instead, when set.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    /// <summary>Holds every answer back until it is set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public string Address { get; private set; } = "";

    public static async Task<EchoHost> StartAsync(string? socket = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            if (socket is null)
                kestrel.Listen(IPAddress.Loopback, 0);
            else
                kestrel.ListenUnixSocket(socket);
        });
        var app = builder.Build();
        var host = new EchoHost(app);
        app.Run(host.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        host.Address = app.Urls.Single();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        Gate?.TrySetResult();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Requests.Enqueue((context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        if (Answer is { } answer)
        {
            await answer(context);
            return;
        }

        if (Gate is { } gate)
            await gate.Task.WaitAsync(context.RequestAborted);
        if (Status is { } status)
            context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers[ScoreApi.RequestIdHeader] = context.Request.Headers[ScoreApi.RequestIdHeader];
        context.Response.Headers.Connection = "close";
        await context.Response.Body.WriteAsync(body.ToArray(), context.RequestAborted);
    }
}
