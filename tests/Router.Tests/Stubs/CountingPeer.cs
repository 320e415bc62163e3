using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Rerank.Router.Tests.Stubs;

/// <summary>Another router of the pipeline, which knows no answer and takes all feedback.</summary>
internal sealed class CountingPeer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CountingPeer(WebApplication app) => _app = app;

    public ConcurrentQueue<string> Calls { get; } = new();

    public uint Router { get; set; } = 1;

    /// <summary>Whether it says that it gave the answers which it is told about.</summary>
    public bool Knows { get; set; } = true;

    public string Address => _app.Urls.Single();

    public static async Task<CountingPeer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var peer = new CountingPeer(app);
        app.Run(peer.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return peer;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        Calls.Enqueue($"{context.Request.Method} {context.Request.Path}");
        if (context.Request.Path == "/internal/v1/router")
        {
            context.Response.ContentLength = 8;
            return context.Response.WriteAsync(Router.ToString("x8", CultureInfo.InvariantCulture), context.RequestAborted);
        }

        context.Response.StatusCode = Knows && HttpMethods.IsPost(context.Request.Method) ? StatusCodes.Status202Accepted : StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
