using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>What clients look up before they send a request: health, models, limits.</summary>
public sealed partial class LookupTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly FakeModels _models = new();
    private RunningHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await RunningHost.StartAsync(_folder, _models, change: o => o with
    {
        Limits = new RequestLimits { MaxBodyBytes = 64 * 1024, MaxDocuments = 4 },
    });

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/health", 503, """{"error":"not ready: no model set yet","error_type":"Unhealthy"}""")]
    [InlineData("/ping", 503, """{"error":"not ready: no model set yet","error_type":"Unhealthy"}""")]
    [InlineData("/v1/health/live", 200, """{"object":"health.response","message":"Service is live.","status":"live"}""")]
    [InlineData("/v1/health/ready", 503, """{"object":"health.response","message":"not ready: no model set yet","status":"not ready"}""")]
    [InlineData("/v1/models", 200, """{"object":"list","data":[]}""")]
    public Task Host_WithoutModels_SaysThatItIsNotReady(string path, int status, string expected) => CheckAsync(path, status, expected);

    [Theory]
    [InlineData("/health", """{"unix":TIME}""")]
    [InlineData("/ping", """{"unix":TIME}""")]
    [InlineData("/v1/health/live", """{"object":"health.response","message":"Service is live.","status":"live"}""")]
    [InlineData("/v1/health/ready", """{"object":"health.response","message":"Service is ready.","status":"ready"}""")]
    public async Task Host_WithModels_IsWellInEveryDialect(string path, string expected)
    {
        await ApplyAsync();

        await CheckAsync(path, 200, expected);
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/models")]
    public async Task Models_AreThoseThatCanBeAsked(string path)
    {
        _models.Fail("third", ModelFailure.LoadFailed);
        await ApplyAsync();

        await CheckAsync(
            path, 200,
            """{"object":"list","data":[{"id":"first","object":"model","created":TIME,"owned_by":"rerank","root":"first","max_model_len":128,"capabilities":["rerank"],"backend":"rerank","stats":{"queue_fraction":0,"queue_absolute":0}},{"id":"second","object":"model","created":TIME,"owned_by":"rerank","root":"second","max_model_len":128,"capabilities":["rerank"],"backend":"rerank","stats":{"queue_fraction":0,"queue_absolute":0}}]}""");
    }

    /// <summary>Half of the names are those of text-embeddings-inference, for the model that its clients ask.</summary>
    [Fact]
    public async Task Info_HasOurNamesAndThoseOfTei()
    {
        await ApplyAsync();

        using var json = JsonDocument.Parse(await _host.Main.GetStringAsync("/info", RunningHost.Cancelled));

        var info = json.RootElement;
        var first = TestModel.Named("first").InFolder(_folder);
        Assert.Equal(("first", first.Digest), (info.GetProperty("model_id").GetString(), info.GetProperty("model_sha").GetString()));
        Assert.Equal("first", info.GetProperty("served_model_name").GetString());
        Assert.Equal("""{"reranker":{"id2label":{"0":"LABEL_0"},"label2id":{"LABEL_0":0}}}""", info.GetProperty("model_type").GetRawText());
        Assert.Equal(128, info.GetProperty("max_input_length").GetInt32());
        Assert.Equal((4, true), (info.GetProperty("max_client_batch_size").GetInt32(), info.GetProperty("auto_truncate").GetBoolean()));
        Assert.Equal(Environment.ProcessorCount, info.GetProperty("tokenization_workers").GetInt32());
        Assert.NotEqual("", info.GetProperty("version").GetString());
        Assert.Equal((4, 10), (info.GetProperty("limits").GetProperty("maxDocuments").GetInt32(), info.GetProperty("limits").GetProperty("maxQueueSeconds").GetDouble()));
        Assert.Equal("AllTokens", info.GetProperty("models")[0].GetProperty("lastLayer").GetString());
        Assert.Equal("CPU", info.GetProperty("models")[0].GetProperty("scoredBy").GetString());
        Assert.Equal((256, 1000), (info.GetProperty("models")[0].GetProperty("batchTokens").GetInt32(), info.GetProperty("models")[0].GetProperty("tokensPerSecond").GetDouble()));
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
        var client = path.StartsWith("/admin", StringComparison.Ordinal) ? _host.Admin : _host.Main;
        await CheckAsync();
        await ApplyAsync();
        await CheckAsync();

        async Task CheckAsync()
        {
            using var head = await SendAsync(HttpMethod.Head);
            using var get = await SendAsync(HttpMethod.Get);

            Assert.Equal((get.StatusCode, get.Content.Headers.ContentType), (head.StatusCode, head.Content.Headers.ContentType));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(RunningHost.Cancelled));
        }

        async Task<HttpResponseMessage> SendAsync(HttpMethod method)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RunningHost.Token);
            return await client.SendAsync(request, RunningHost.Cancelled);
        }
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/v1/models")]
    [InlineData("/info")]
    public async Task OtherMethods_AreRefusedWithThoseThatAreTaken(string path)
    {
        using var answer = await _host.Main.PostAsync(path, null, RunningHost.Cancelled);

        Assert.Equal(
            (HttpStatusCode.MethodNotAllowed, $$"""{"message":"{{path}} takes GET, HEAD, not POST"}"""), (answer.StatusCode, await answer.Content.ReadAsStringAsync(RunningHost.Cancelled)));
        Assert.Equal(["GET", "HEAD"], answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task Info_WithoutModels_TellsTheLimits()
    {
        using var json = JsonDocument.Parse(await _host.Main.GetStringAsync("/info", RunningHost.Cancelled));

        Assert.False(json.RootElement.TryGetProperty("model_id", out _));
        Assert.False(json.RootElement.TryGetProperty("model_type", out _));
        Assert.Equal(4, json.RootElement.GetProperty("max_client_batch_size").GetInt32());
    }

    [Fact]
    public async Task Info_OfARealModel_TellsItsTypeAndBatches()
    {
        await using var host = await RunningHost.StartAsync(new Rerank.RerankerHost.Serving.ServeOptions
        {
            Models = [TestFiles.Model("tiny")],
            Urls = ["http://127.0.0.1:0"],
            ModelDirectory = _folder["models"],
        });
        await Eventually.True(async () => await host.GetAsync("/health") == HttpStatusCode.OK, RunningHost.Cancelled);

        using var json = JsonDocument.Parse(await host.Main.GetStringAsync("/info", RunningHost.Cancelled));

        Assert.Equal("float32", json.RootElement.GetProperty("model_dtype").GetString());
        Assert.InRange(json.RootElement.GetProperty("max_batch_tokens").GetInt32(), json.RootElement.GetProperty("max_input_length").GetInt32(), 1 << 20);
    }

    [Fact]
    public async Task Tei_Answers_TellWhatTheirTimeWentInto()
    {
        await ApplyAsync();

        using var content = new StringContent("""{"query":"q","texts":["1"]}""");
        using var response = await _host.Main.PostAsync("/rerank", content, RunningHost.Cancelled);

        string[] names = ["x-compute-time", "x-total-time", "x-tokenization-time", "x-queue-time", "x-inference-time"];
        Assert.All(names, name => Assert.InRange(long.Parse(Assert.Single(response.Headers.GetValues(name))), 0, 60_000));
        Assert.Matches("^queue;dur=[0-9.]+, tokenize;dur=[0-9.]+, inference;dur=[0-9.]+$", Assert.Single(response.Headers.GetValues("Server-Timing")));
    }

    /// <summary>Characters are Unicode's, the query's counted for every text.</summary>
    [Theory]
    [InlineData("/rerank", """{"query":"ab\ud83d\ude00","texts":["1","2\ud83d\ude00"]}""", "cpu 9 6")]
    [InlineData("/rerank", """{"query":"q","documents":["1"]}""", "")]
    [InlineData("/rerank", """{"query":"","texts":["1"]}""", "")]
    public async Task Tei_Answers_TellWhatWasComputed(string path, string body, string expected)
    {
        await ApplyAsync();

        using var content = new StringContent(body);
        using var response = await _host.Main.PostAsync(path, content, RunningHost.Cancelled);

        string[] names = ["x-compute-type", "x-compute-characters", "x-compute-tokens"];
        Assert.Equal(expected, string.Join(' ', names.SelectMany(name => response.Headers.TryGetValues(name, out var values) ? values : [])));
    }

    [GeneratedRegex("(?<=\"(?:created|unix)\":)[0-9]{10}(?=[,}])")]
    private static partial Regex Time();

    private async Task ApplyAsync()
    {
        await _host.ApplyAsync(RunningHost.Set(
            1, TestModel.Named("first").InFolder(_folder), TestModel.Named("second").InFolder(_folder), TestModel.Named("third").InFolder(_folder) with { Required = false }));
        await _host.EventuallyAsync("first", ModelState.Ready);
        await _host.EventuallyAsync("second", ModelState.Ready);
        if (_models.IsFailing("third"))
            await _host.EventuallyAsync("third", ModelState.Failed, ModelFailure.LoadFailed);
    }

    private async Task CheckAsync(string path, int status, string expected)
    {
        using var response = await _host.Main.GetAsync(path, RunningHost.Cancelled);

        Assert.Equal((status, expected), ((int)response.StatusCode, Time().Replace(await response.Content.ReadAsStringAsync(RunningHost.Cancelled), "TIME")));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }
}
