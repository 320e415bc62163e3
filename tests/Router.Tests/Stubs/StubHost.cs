using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rerank.Contracts;
using Rerank.Contracts.Scoring;

namespace Rerank.Router.Tests.Stubs;

/// <summary>A host that speaks the score API over real HTTP. A passage says its own logit: <c>full=1.5</c> is what the host named full gives it.</summary>
internal sealed class StubHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _name;

    private StubHost(string name, WebApplication app)
    {
        _name = name;
        _app = app;
        Digests.Add(DigestOf(name));
    }

    public ConcurrentBag<string> Digests { get; } = [];

    public ConcurrentQueue<ScoreRequest> Requests { get; } = [];

    public ConcurrentQueue<string?> TimeoutHeaders { get; } = [];

    public ConcurrentQueue<string?> TraceParents { get; } = [];

    public ConcurrentQueue<string?> RequestIds { get; } = [];

    /// <summary>Calls that no test expects.</summary>
    public ConcurrentQueue<string> Unexpected { get; } = [];

    /// <summary>Instead of scores, when set.</summary>
    public (int Status, string Code)? Failure { get; set; }

    /// <summary>A passage that it can't read, as a text that is one endless word.</summary>
    public string? Unreadable { get; set; }

    /// <summary>Instead of scores, when set: what this makes of the request.</summary>
    public Func<ScoreRequest, string>? RawAnswer { get; set; }

    /// <summary>Holds every answer back until it is set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public bool Ready { get; set; } = true;

    public bool Truncates { get; set; }

    /// <summary>Doesn't know of total tokens.</summary>
    public bool IsOld { get; set; }

    public double WaitedMilliseconds { get; set; }

    /// <summary>What it says that it computes with; null: nothing, as hosts of earlier versions.</summary>
    public string? ScoredBy { get; set; }

    public int Cancelled => _cancelled;

    public string Address { get; private set; } = "";

    private int _cancelled;

    public int PassagesScored => Requests.Sum(request => request.Passages.Count);

    public static string DigestOf(string name) => $"sha256:{name}";

    public static async Task<StubHost> StartAsync(string name, string? socket = null, string address = "127.0.0.1", int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            if (socket is null)
                kestrel.Listen(IPAddress.Parse(address), port);
            else
                kestrel.ListenUnixSocket(socket);
        });
        var app = builder.Build();
        var host = new StubHost(name, app);
        app.MapPost(ScoreApi.Path, host.ScoreAsync);
        app.MapGet("/health/ready", context =>
        {
            context.Response.StatusCode = host.Ready ? 200 : 503;
            return Task.CompletedTask;
        });
        app.MapFallback(context =>
        {
            host.Unexpected.Enqueue($"{context.Request.Method} {context.Request.Path}");
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        host.Address = app.Urls.Single();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        Gate?.TrySetResult();
        await _app.DisposeAsync();
        Assert.Empty(Unexpected);
    }

    private async Task ScoreAsync(HttpContext context)
    {
        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, WireJson.Default.ScoreRequest, context.RequestAborted);
        Requests.Enqueue(request!);
        RequestIds.Enqueue(context.Request.Headers[ScoreApi.RequestIdHeader]);
        TraceParents.Enqueue(context.Request.Headers.TraceParent);
        TimeoutHeaders.Enqueue(context.Request.Headers[ScoreApi.TimeoutHeader]);
        if (Gate is { } gate)
        {
            try
            {
                await gate.Task.WaitAsync(context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
                throw;
            }
        }

        if (Failure is { } failure)
            await FailAsync(context, failure.Status, failure.Code);
        else if (!Digests.Contains(request!.Digest))
            await FailAsync(context, 404, ScoreErrorCode.ModelNotFound);
        else if (request.Passages.ToList().FindIndex(passage => passage == Unreadable) is >= 0 and var unreadable)
            await RefuseAsync(context, unreadable);
        else if (RawAnswer is { } raw)
            await context.Response.WriteAsync(raw(request), context.RequestAborted);
        else
            await AnswerAsync(context, request);
    }

    private Task AnswerAsync(HttpContext context, ScoreRequest request)
    {
        if (ScoredBy is { } name)
            context.Response.Headers[ScoreApi.ScoredByHeader] = name;
        return context.Response.WriteAsJsonAsync(Score(request), WireJson.Default.ScoreResponse);
    }

    private ScoreResponse Score(ScoreRequest request) => new()
    {
        Digest = request.Digest,
        Logits = [.. request.Passages.Select(passage => Texts.LogitOf(passage, _name))],
        Tokens = [.. request.Passages.Select(_ => 10)],
        Truncated = [.. request.Passages.Select(_ => Truncates)],
        TotalTokens = request.TotalTokens == true && !IsOld ? [.. request.Passages.Select(_ => Truncates ? 25 : 10)] : null,
        WaitedMilliseconds = WaitedMilliseconds,
    };

    private static Task RefuseAsync(HttpContext context, int passage)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        var error = new ScoreError(ScoreErrorCode.InvalidRequest, $"passage {passage} has a word too long") { Passage = passage };
        return context.Response.WriteAsJsonAsync(error, WireJson.Default.ScoreError);
    }

    private static Task FailAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        if (status == 429)
            context.Response.Headers.RetryAfter = "7";
        return context.Response.WriteAsJsonAsync(new ScoreError(code, $"stub says {code}"), WireJson.Default.ScoreError);
    }
}
