using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Rerank.Operator.Tests.Sources.Prometheus;

/// <summary>A server on loopback that answers queries as a test says, and for what a real Prometheus can't be made to answer on demand.</summary>
internal sealed class StubPrometheus : IAsyncDisposable
{
    private readonly WebApplication _server;

    private StubPrometheus(WebApplication server) => _server = server;

    /// <summary>Every query, as it was asked.</summary>
    public ConcurrentQueue<string> Queries { get; } = [];

    /// <summary>What a query gives: a vector of one element.</summary>
    public Func<string, string> Value { get; set; } = _ => "0";

    /// <summary>Answers instead, when set.</summary>
    public RequestDelegate? Answer { get; set; }

    public string Address => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<StubPrometheus> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var stub = new StubPrometheus(builder.Build());
        stub._server.MapPost("/api/v1/query", stub.QueryAsync);
        await stub._server.StartAsync(TestContext.Current.CancellationToken);
        return stub;
    }

    public Task StopAsync() => _server.StopAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public static string Vector(string value, DateTimeOffset? time = null) => $$$"""
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[{{{(time ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds()}}},"{{{value}}}"]}]}}
        """;

    private async Task QueryAsync(HttpContext context)
    {
        var query = (await context.Request.ReadFormAsync(context.RequestAborted))["query"].ToString();
        Queries.Enqueue(query);
        if (Answer is null)
            await context.Response.WriteAsync(Vector(Value(query)), context.RequestAborted);
        else
            await Answer(context);
    }
}
