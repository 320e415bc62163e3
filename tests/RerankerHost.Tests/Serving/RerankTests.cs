using System.Net;
using System.Text;
using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

public sealed class RerankTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeModels _models = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Tei_RanksByLogitThenIndex_AndShowsActivatedScores()
    {
        await using var host = await StartAsync();

        var (status, json) = await PostAsync(host, "/rerank", """{"query":"q","texts":["0","50","40","50"]}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([1, 3, 2, 0], json.EnumerateArray().Select(r => r.GetProperty("index").GetInt32()));
        Assert.Equal([1, 1, 1, 0.5], json.EnumerateArray().Select(r => r.GetProperty("score").GetDouble()));
    }

    [Fact]
    public async Task Score_SeveralQueriesForWhichThereIsNoRoomTogether_AreRefusedAtOnceAndNoneOfThemRuns()
    {
        await using var host = await StartAsync();
        var model = _models.Loaded.Single(m => m.Name == "first");
        model.Close();
        var other = PostAsync(host, "/rerank", """{"query":"q","texts":["0"]}""");
        await Eventually.True(() => model.Running == 1, RunningHost.Cancelled);

        var (status, _) = await PostAsync(host, "/score", """{"text_1":["a","b","c","d"],"text_2":["1","2","3","4"]}""");

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal(1, model.Running);
        model.Open();
        Assert.Equal(HttpStatusCode.OK, (await other).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(host, "/score", """{"text_1":["a","b"],"text_2":["1","2"]}""")).Status);
    }

    [Fact]
    public async Task Tei_RawScores_AreLogits()
    {
        await using var host = await StartAsync();

        var (_, json) = await PostAsync(host, "/rerank", """{"query":"q","texts":["-3","2.5"],"raw_scores":true}""");

        Assert.Equal([2.5, -3], json.EnumerateArray().Select(r => r.GetProperty("score").GetDouble()));
    }

    [Fact]
    public async Task Cohere_PicksTheModelAndCutsToTopN()
    {
        await using var host = await StartAsync();

        var (status, json) = await PostAsync(host, "/v2/rerank", """{"model":"second","query":"q","documents":["1","2","3"],"top_n":2}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([2, 1], json.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("index").GetInt32()));
        Assert.True(Guid.TryParse(json.GetProperty("id").GetString(), out _));
    }

    [Theory]
    [InlineData("/rerank", "{", 400, "error")]
    [InlineData("/rerank", """{"texts":["1"]}""", 400, "error")]
    [InlineData("/rerank", """{"query":"q","texts":[]}""", 400, "error")]
    [InlineData("/rerank", """{"query":"q","texts":["1","2","3","4","5"]}""", 413, "error")]
    [InlineData("/rerank", """{"query":"long","texts":["1"],"truncate":false}""", 422, "error")]
    [InlineData("/rerank", """{"query":"fail","texts":["1"]}""", 424, "error")]
    [InlineData("/v2/rerank", "{", 400, "message")]
    [InlineData("/v2/rerank", """{"model":"first","documents":["1"]}""", 400, "message")]
    [InlineData("/v2/rerank", """{"model":"first","query":"q","documents":[]}""", 400, "message")]
    [InlineData("/v2/rerank", """{"model":"none","query":"q","documents":["1"]}""", 404, "message")]
    [InlineData("/v2/rerank", """{"model":"first","query":"fail","documents":["1"]}""", 500, "message")]
    [InlineData("/internal/v1/score", "{", 400, "code")]
    [InlineData("/internal/v1/score", """{"digest":"DIGEST","query":"q","passages":[]}""", 400, "code")]
    [InlineData("/internal/v1/score", """{"digest":"sha256:0","query":"q","passages":["1"]}""", 404, "code")]
    [InlineData("/internal/v1/score", """{"digest":"DIGEST","query":"fail","passages":["1"]}""", 500, "code")]
    public async Task Request_ThatCannotBeAnswered_GetsAnErrorInItsDialect(string path, string body, int expected, string member)
    {
        await using var host = await StartAsync();

        var (status, json) = await PostAsync(host, path, body.Replace("DIGEST", Spec("first").Digest));

        Assert.Equal(expected, (int)status);
        Assert.NotEqual("", json.GetProperty(member).GetString());
    }

    [Theory]
    [InlineData("fail", ScoreErrorCode.ModelFailed)]
    [InlineData("not a number", ScoreErrorCode.InvalidScores)]
    public async Task Score_ModelFails_CodeSaysWhetherItsScoresWereWrong(string query, string code)
    {
        await using var host = await StartAsync();

        var (status, json) = await PostAsync(host, "/internal/v1/score", $$"""{"digest":"{{Spec("first").Digest}}","query":"{{query}}","passages":["1"]}""");

        Assert.Equal((HttpStatusCode.InternalServerError, code), (status, json.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("/rerank", "error")]
    [InlineData("/v2/rerank", "message")]
    [InlineData("/internal/v1/score", "code")]
    public async Task Body_LargerThanAllowed_Is413InTheDialect(string path, string member)
    {
        await using var host = await StartAsync();

        var (status, json) = await PostAsync(host, path, $$"""{"query":"{{new string('x', 300_000)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.NotEqual("", json.GetProperty(member).GetString());
    }

    [Fact]
    public async Task Score_AnswersRawLogitsInTheOrderOfTheRequest()
    {
        await using var host = await StartAsync();
        var digest = Spec("first").Digest;

        var (status, json) = await PostAsync(host, ScoreApi.Path, $$"""{"digest":"{{digest}}","query":"q","passages":["-1","7"],"maxTokensPerPassage":9}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(digest, json.GetProperty("digest").GetString());
        Assert.Equal([-1, 7], json.GetProperty("logits").EnumerateArray().Select(l => l.GetDouble()));
        Assert.Equal([9, 9], json.GetProperty("tokens").EnumerateArray().Select(l => l.GetInt32()));
    }

    [Fact]
    public async Task Score_TotalTokens_OnlyWhenAskedFor()
    {
        await using var host = await StartAsync();
        var digest = Spec("first").Digest;

        var (_, without) = await PostAsync(host, ScoreApi.Path, $$"""{"digest":"{{digest}}","query":"q","passages":["1"]}""");
        var (_, with) = await PostAsync(
            host, ScoreApi.Path, $$"""{"digest":"{{digest}}","query":"q","passages":["1"],"totalTokens":true,"maxTokensPerQuery":5,"maxChunksPerPassage":2}""");

        Assert.False(without.TryGetProperty("totalTokens", out _));
        Assert.Equal([3], with.GetProperty("totalTokens").EnumerateArray().Select(l => l.GetInt32()));
    }

    [Theory]
    [InlineData("maxTokensPerPassage")]
    [InlineData("maxTokensPerQuery")]
    [InlineData("maxChunksPerPassage")]
    public async Task Score_LimitBelowOne_IsRefusedByName(string limit)
    {
        await using var host = await StartAsync();

        var (status, json) = await PostAsync(host, ScoreApi.Path, $$"""{"digest":"{{Spec("first").Digest}}","query":"q","passages":["1"],"{{limit}}":0}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith(limit, json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pairs_BeyondTheLimit_AreRefusedWithRetryAfterUntilOthersAreDone()
    {
        await using var host = await StartAsync();
        var model = _models.Loaded.Single(m => m.Name == "first");
        model.Close();
        var running = PostAsync(host, "/rerank", """{"query":"q","texts":["1","2","3"]}""");
        await Eventually.True(() => model.Running == 1, RunningHost.Cancelled);

        using var refused = await SendAsync(host, "/rerank", """{"query":"q","texts":["1","2"]}""", null);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);

        model.Open();
        Assert.Equal(HttpStatusCode.OK, (await running).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(host, "/rerank", """{"query":"q","texts":["1","2"]}""")).Status);
        var metrics = await host.Main.GetStringAsync("/metrics", RunningHost.Cancelled);
        Assert.Contains("rerank_host_requests_total{route=\"tei\",code=\"429\"} 1", metrics);
        Assert.Contains("rerank_host_pairs_total{model=\"first\"} 5", metrics);
        Assert.Contains("rerank_host_model_state{model=\"first\",state=\"Ready\"} 1", metrics);
    }

    [Fact]
    public async Task Deadline_InTheHeader_EndsTheRequest()
    {
        await using var host = await StartAsync();
        var model = _models.Loaded.Single(m => m.Name == "first");
        model.Close();

        using var response = await SendAsync(host, "/rerank", """{"query":"q","texts":["1"]}""", "20");

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal(0, model.Running);
    }

    [Fact]
    public async Task Caller_ThatLeaves_CancelsTheWork()
    {
        await using var host = await StartAsync();
        var model = _models.Loaded.Single(m => m.Name == "first");
        model.Close();
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(RunningHost.Cancelled);
        using var content = new StringContent("""{"query":"q","texts":["1"]}""");
        var request = host.Main.PostAsync("/rerank", content, leave.Token);
        await Eventually.True(() => model.Running == 1, RunningHost.Cancelled);

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Eventually.True(() => model.Running == 0, RunningHost.Cancelled);
        await Eventually.True(
            async () => (await host.Main.GetStringAsync("/metrics", RunningHost.Cancelled)).Contains("code=\"499\"} 1"), RunningHost.Cancelled);
    }

    [Fact]
    public async Task Stop_LetsRunningRequestsFinish()
    {
        await using var host = await StartAsync();
        var model = _models.Loaded.Single(m => m.Name == "first");
        model.Close();
        var running = PostAsync(host, "/rerank", """{"query":"q","texts":["1"]}""");
        await Eventually.True(() => model.Running == 1, RunningHost.Cancelled);

        var stopping = host.StopAsync();
        Assert.False(model.Disposed);
        model.Open();

        Assert.Equal(HttpStatusCode.OK, (await running).Status);
        await stopping;
        await Eventually.True(() => model.Disposed, RunningHost.Cancelled);
    }

    [Fact]
    public async Task Info_TellsModelsAndLimits()
    {
        await using var host = await StartAsync();

        using var json = JsonDocument.Parse(await host.Main.GetStringAsync("/info", RunningHost.Cancelled));

        Assert.Equal(["first", "second"], json.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        Assert.Equal("Ready", json.RootElement.GetProperty("models")[0].GetProperty("state").GetString());
        Assert.Equal(4, json.RootElement.GetProperty("limits").GetProperty("maxDocuments").GetInt32());
    }

    private ModelSpec Spec(string name) => TestModel.Named(name).InFolder(_folder);

    private async Task<RunningHost> StartAsync()
    {
        var host = await RunningHost.StartAsync(_folder, _models, change: o => o with
        {
            Limits = new RequestLimits { MaxBodyBytes = 64 * 1024, MaxDocuments = 4 },
        });
        await host.ApplyAsync(RunningHost.Set(1, Spec("first"), Spec("second")));
        await host.EventuallyAsync("first", ModelState.Ready);
        await host.EventuallyAsync("second", ModelState.Ready);
        return host;
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningHost host, string path, string body, string? milliseconds)
    {
        // A content type that says nothing: what counts is the body.
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "text/plain") };
        if (milliseconds is not null)
            request.Headers.Add(ScoreApi.TimeoutHeader, milliseconds);
        return await host.Main.SendAsync(request, RunningHost.Cancelled);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(RunningHost host, string path, string body)
    {
        using var response = await SendAsync(host, path, body, null);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(RunningHost.Cancelled));
        return (response.StatusCode, json.RootElement.Clone());
    }
}
