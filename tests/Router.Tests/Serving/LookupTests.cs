using System.Text.RegularExpressions;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Serving;

/// <summary>What clients look up before they send a request: health, models, limits.</summary>
public sealed partial class LookupTests
{
    [Theory]
    [InlineData("/health", 200, """{"unix":TIME}""")]
    [InlineData("/ping", 200, """{"unix":TIME}""")]
    [InlineData("/v1/health/live", 200, """{"object":"health.response","message":"Service is live.","status":"live"}""")]
    [InlineData("/v1/health/ready", 200, """{"object":"health.response","message":"Service is ready.","status":"ready"}""")]
    [InlineData(
        "/v1/models", 200,
        """{"object":"list","data":[{"id":"search","object":"model","created":TIME,"owned_by":"rerank","root":"search","capabilities":["rerank"],"backend":"rerank","stats":{}}]}""")]
    [InlineData(
        "/info", 200,
        """{"pipeline":"shop/search","revision":"r1","tiers":[{"name":"full","model":"full-model","digest":"sha256:full"}],"limits":{"maxBodyBytes":400,"maxDocuments":3},"model_id":"search","model_sha":"sha256:full","served_model_name":"search","model_type":{"reranker":{"id2label":{"0":"LABEL_0"},"label2id":{"LABEL_0":0}}},"max_client_batch_size":3,"auto_truncate":true,"version":"VERSION"}""")]
    public async Task Router_WithATable_TellsOfIt(string path, int status, string expected)
    {
        await using var full = await StubHost.StartAsync("full");
        var policy = new RouterPolicy { Limits = new RequestLimits { MaxBodyBytes = 400, MaxDocuments = 3 } };
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)], policy));

        await CheckAsync(router, path, status, expected);
    }

    [Theory]
    [InlineData("/health", 503, """{"error":"no routing table","error_type":"Unhealthy"}""")]
    [InlineData("/v1/health/live", 200, """{"object":"health.response","message":"Service is live.","status":"live"}""")]
    [InlineData("/v1/health/ready", 503, """{"object":"health.response","message":"no routing table","status":"not ready"}""")]
    [InlineData("/v1/models", 503, """{"error":{"message":"the router has no routing table yet","type":"ServiceUnavailableError","code":503}}""")]
    [InlineData("/info", 503, """{"error":"the router has no routing table yet","error_type":"Unhealthy"}""")]
    public async Task Router_WithoutATable_SaysSo(string path, int status, string expected)
    {
        await using var router = await RunningRouter.StartAsync(null, options: null);

        await CheckAsync(router, path, status, expected);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/ping")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/v1/health/live")]
    [InlineData("/v1/health/ready")]
    [InlineData("/v1/models")]
    [InlineData("/models")]
    [InlineData("/info")]
    [InlineData("/metrics")]
    [InlineData("/admin/status")]
    public async Task Head_IsAsGetWithoutABody(string path)
    {
        foreach (var table in new[] { Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "http://127.0.0.1:1")]), null })
        {
            await using var router = await RunningRouter.StartAsync(table, options: null);
            var client = path.StartsWith("/admin", StringComparison.Ordinal) ? router.Admin : router.Main;
            using var request = new HttpRequestMessage(HttpMethod.Head, path);

            using var head = await client.SendAsync(request, TestContext.Current.CancellationToken);
            using var get = await client.GetAsync(path, TestContext.Current.CancellationToken);

            Assert.Equal((get.StatusCode, get.Content.Headers.ContentType), (head.StatusCode, head.Content.Headers.ContentType));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/v1/models")]
    [InlineData("/info")]
    public async Task OtherMethods_AreRefusedWithThoseThatAreTaken(string path)
    {
        await using var router = await RunningRouter.StartAsync(null, options: null);

        var answer = await router.SendAsync(path, "{}");

        Assert.Equal((405, $$"""{"message":"{{path}} takes GET, HEAD, not POST"}""", "GET, HEAD"), ((int)answer.Status, answer.Body, answer.Header("Allow")));
    }

    [Fact]
    public async Task Tei_Answers_TellWhatWasComputed()
    {
        await using var full = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        var tei = await router.TeiAsync("query", ["a full=1", "bb full=2"]);
        var cohere = await router.CohereAsync("query", ["a full=1"]);

        Assert.Equal(("27", "20", null), (tei.Header("x-compute-characters"), tei.Header("x-compute-tokens"), tei.Header("x-compute-type")));
        Assert.Null(cohere.Header("x-compute-tokens"));
    }

    [GeneratedRegex("(?<=\"(?:created|unix)\":)[0-9]{10}(?=[,}])")]
    private static partial Regex Time();

    [GeneratedRegex("(?<=\"version\":\")[^\"]+")]
    private static partial Regex Version();

    private static async Task CheckAsync(RunningRouter router, string path, int status, string expected)
    {
        using var response = await router.Main.GetAsync(path, TestContext.Current.CancellationToken);

        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((status, expected), ((int)response.StatusCode, Version().Replace(Time().Replace(body, "TIME"), "VERSION")));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status == 503 && path is ("/v1/models" or "/info"), response.Headers.RetryAfter is not null);
    }
}
