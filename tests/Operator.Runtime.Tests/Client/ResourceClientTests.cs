using k8s.Autorest;
using k8s.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Runtime.Client;
using Rerank.TestKit;

namespace Rerank.Operator.Runtime.Tests.Client;

/// <summary>What only happens in trouble. The rest of the client's behaviour is shown against a real server in ControlPlane.Tests.</summary>
public sealed class ResourceClientTests
{
    private const string Added = """
        {"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"7"}}}

        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_ExpiredContinueToken_IsGone()
    {
        await using var server = await Answering(410, """{"kind":"Status","code":410,"reason":"Expired"}""");

        await Assert.ThrowsAsync<GoneException>(() => Client(server).ListAsync<V1ConfigMap>("ns", null, "old", Cancel));
    }

    [Fact]
    public async Task Watch_RefusedAsGone_IsGone()
    {
        await using var server = await Answering(410, """{"kind":"Status","code":410,"reason":"Expired"}""");

        await Assert.ThrowsAsync<GoneException>(() => Watch(server));
    }

    [Fact]
    public async Task Watch_GoneInTheStream_ComesAfterTheEventsBeforeIt()
    {
        await using var server = await Answering(
            200, Added + """
            {"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}

            """);
        List<WatchEvent<V1ConfigMap>> events = [];

        await Assert.ThrowsAsync<GoneException>(() => Watch(server, events));

        Assert.Equal("7", Assert.Single(events).ResourceVersion);
    }

    [Fact]
    public async Task Watch_OtherErrorInTheStream_Throws()
    {
        await using var server = await Answering(
            200, """
            {"type":"ERROR","object":{"kind":"Status","code":500,"reason":"InternalError"}}

            """);

        Assert.IsNotType<GoneException>(await Record.ExceptionAsync(() => Watch(server)));
        await Assert.ThrowsAnyAsync<Exception>(() => Watch(server));
    }

    [Fact]
    public async Task Watch_LineCutOff_Throws()
    {
        await using var server = await Answering(200, Added + """{"type":"MODIFIED","obj""");

        await Assert.ThrowsAnyAsync<Exception>(() => Watch(server));
    }

    [Fact]
    public async Task Watch_ClosedWithoutAnEvent_Ends()
    {
        await using var server = await Answering(200, "");

        await Watch(server);
    }

    [Fact]
    public async Task Watch_Forbidden_PassesTheAnswerOn()
    {
        await using var server = await Answering(403, """{"kind":"Status","code":403}""");

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => Watch(server));

        Assert.Equal(403, (int)refusal.Response.StatusCode);
    }

    [Fact]
    public async Task Watch_ServerFallsSilent_EndsHalfAMinuteAfterItsTimeout()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        await using var server = await FakeApiServer.StartAsync(
            async context =>
            {
                await context.Response.StartAsync(context.RequestAborted);
                asked.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            },
            Cancel);
        var watch = Watch(server, time: time);
        await asked.Task.WaitAsync(Cancel);

        time.Advance(TimeSpan.FromSeconds(89));
        Assert.False(watch.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        await watch.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancel);
    }

    [Fact]
    public async Task Watch_Request_AsksForBookmarksAndALimitedTime()
    {
        string? query = null;
        await using var server = await FakeApiServer.StartAsync(
            context =>
            {
                query = context.Request.QueryString.Value;
                return Task.CompletedTask;
            },
            Cancel);

        await Watch(server);

        Assert.Contains("watch=true", query, StringComparison.Ordinal);
        Assert.Contains("allowWatchBookmarks=true", query, StringComparison.Ordinal);
        Assert.Contains("timeoutSeconds=60", query, StringComparison.Ordinal);
        Assert.Contains("resourceVersion=5", query, StringComparison.Ordinal);
    }

    private static ResourceClient Client(FakeApiServer server, TimeProvider? time = null) => new(server.Kubernetes, time ?? TimeProvider.System);

    private static Task<FakeApiServer> Answering(int code, string body) => FakeApiServer.StartAsync(
        context =>
        {
            context.Response.StatusCode = code;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(body, context.RequestAborted);
        },
        Cancel);

    private static async Task Watch(FakeApiServer server, List<WatchEvent<V1ConfigMap>>? events = null, TimeProvider? time = null)
    {
        await foreach (var change in Client(server, time).WatchAsync<V1ConfigMap>("ns", null, "5", TimeSpan.FromSeconds(60), Cancel))
            events?.Add(change);
    }
}
