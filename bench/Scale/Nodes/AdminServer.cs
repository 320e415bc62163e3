using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rerank.Contracts.Admin;
using Rerank.Operator.Tests.World;

namespace Rerank.Scale.Nodes;

/// <summary>Answers for the admin ports of all pods, on one loopback port: <c>/IP:PORT/admin/...</c>.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, IFakeProcess> _processes = [];
    private readonly WebApplication _server;

    public AdminServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    public Uri Address => new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    public void Listen(string ip, int port, IFakeProcess process) => _processes[$"{ip}:{port}"] = process;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (!_processes.TryGetValue(context.Request.Path.Value!.Split('/')[1], out var process))
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        var query = context.Request.Query;
        if (long.TryParse(query[AdminProtocol.VersionQuery], out var known) && int.TryParse(query[AdminProtocol.WaitQuery], out var wait))
        {
            await process.ChangedAsync(known).WaitAsync(TimeSpan.FromMilliseconds(wait), TimeProvider.System, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        using var body = new StreamReader(context.Request.Body);
        var reply = Answer(process, HttpMethods.IsPut(context.Request.Method) ? await body.ReadToEndAsync(context.RequestAborted) : null);
        context.Response.StatusCode = (int)reply.Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(reply.Body, context.RequestAborted);
    }

    // A process knows nothing of several callers at once.
    private static AdminReply Answer(IFakeProcess process, string? document)
    {
        lock (process)
            return document is null ? process.Get() : process.Put(document);
    }
}
