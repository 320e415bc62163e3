using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Rerank.TestKit;

/// <summary>Takes traces by OTLP over gRPC, and keeps the messages as they came.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<byte[]> _messages = new();

    private OtlpCollector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<OtlpCollector> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        app.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", collector.TakeAsync);
        await app.StartAsync(cancellationToken);
        return collector;
    }

    /// <summary>Whether bytes, such as a trace's id, are in any message.</summary>
    public bool Has(byte[] bytes) => _messages.Any(message => message.AsSpan().IndexOf(bytes) >= 0);

    public bool Has(string text) => Has(Encoding.UTF8.GetBytes(text));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var message = new MemoryStream();
        await context.Request.Body.CopyToAsync(message, context.RequestAborted);
        _messages.Enqueue(message.ToArray());

        // An empty message of gRPC.
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
