using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Sources;

/// <summary>Answers like a model hub: asks for a token, and sends callers on to a second host that has the bytes.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    public const string Repository = "org/model";
    public const string Revision = "0123456789abcdef0123456789abcdef01234567";

    private readonly Dictionary<string, byte[]> _files;
    private WebApplication _hub = null!;
    private WebApplication _store = null!;

    private TestHub(Dictionary<string, byte[]> files) => _files = files;

    /// <summary>Asked for when it is set.</summary>
    public string? Token { get; set; }

    /// <summary>What the hub answers to everything, when it is set.</summary>
    public HttpStatusCode? Broken { get; set; }

    /// <summary>How many bytes the store sends before it drops a connection; used up front to back.</summary>
    public ConcurrentQueue<int> Drops { get; } = new();

    /// <summary>Told how far the store got before it drops a connection, which may throw away what is under way.</summary>
    public Func<long, Task> BeforeDrop { get; set; } = _ => Task.CompletedTask;

    public bool IgnoresRange { get; set; }

    public ConcurrentQueue<SeenRequest> AtHub { get; } = new();

    public ConcurrentQueue<SeenRequest> AtStore { get; } = new();

    public string Address => _hub.Urls.Single();

    public static async Task<TestHub> StartAsync(TestModel model)
    {
        var hub = new TestHub(model.Files);
        hub._store = await ServeAsync("/blob/{**path}", hub.StoreAsync);
        hub._hub = await ServeAsync($"/{Repository}/resolve/{Revision}/{{**path}}", hub.HubAsync);
        return hub;
    }

    public ModelSource Source(bool requiresCredential = false) =>
        new() { HuggingFace = new HuggingFaceSource(Repository, Revision, Address, requiresCredential) };

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static async Task<WebApplication> ServeAsync(string pattern, RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet(pattern, handler);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private Task HubAsync(HttpContext http)
    {
        AtHub.Enqueue(SeenRequest.Of(http.Request));
        var path = (string)http.Request.RouteValues["path"]!;
        if (Broken is { } status)
            http.Response.StatusCode = (int)status;
        else if (Token is not null && http.Request.Headers.Authorization != $"Bearer {Token}")
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        else if (!_files.ContainsKey(path))
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        else
            http.Response.Redirect($"{_store.Urls.Single()}/blob/{path}?signature=secret");
        return Task.CompletedTask;
    }

    private async Task StoreAsync(HttpContext http)
    {
        AtStore.Enqueue(SeenRequest.Of(http.Request));
        var bytes = _files[(string)http.Request.RouteValues["path"]!];
        var etag = $"\"{TestModel.Sha256(bytes)}\"";
        var from = 0;
        if (!IgnoresRange && http.Request.Headers.Range.Count > 0 && (http.Request.Headers.IfRange.Count == 0 || http.Request.Headers.IfRange == etag))
        {
            from = (int)RangeHeaderValue.Parse(http.Request.Headers.Range.ToString()).Ranges.Single().From!;
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        http.Response.Headers.ETag = etag;
        http.Response.ContentLength = bytes.Length - from;
        if (bytes.Length > 1000 && Drops.TryDequeue(out var drop))
        {
            await http.Response.Body.WriteAsync(bytes.AsMemory(from, drop));
            await http.Response.Body.FlushAsync();
            await BeforeDrop(from + drop);
            http.Abort();
            return;
        }

        await http.Response.Body.WriteAsync(bytes.AsMemory(from));
    }
}

internal sealed record SeenRequest(string Path, string Authorization, string Range, string IfRange)
{
    public static SeenRequest Of(HttpRequest request) =>
        new(request.Path, request.Headers.Authorization.ToString(), request.Headers.Range.ToString(), request.Headers.IfRange.ToString());
}
