using System.Net;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Serving;

public sealed class RerankEndpointTests : IAsyncLifetime
{
    private StubHost _full = null!;
    private RunningRouter _router = null!;

    public async ValueTask InitializeAsync()
    {
        _full = await StubHost.StartAsync("full");
        var policy = new RouterPolicy { Limits = new RequestLimits { MaxBodyBytes = 400, MaxDocuments = 3 } };
        _router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", _full.Address)], policy));
    }

    public async ValueTask DisposeAsync()
    {
        await _router.DisposeAsync();
        await _full.DisposeAsync();
    }

    [Fact]
    public async Task Answer_HasTheHeaders()
    {
        var answer = await _router.CohereAsync("q", ["a full=1"]);

        Assert.Equal(8, Guid.Parse(answer.Header("X-Rerank-Request-Id")!).Version);
        Assert.Equal("r1", answer.Header("X-Rerank-Revision"));
        Assert.Equal("full", answer.Tier);
        Assert.Matches("^parse;dur=[0-9.]+, full;dur=[0-9.]+$", answer.Header("Server-Timing")!);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Contains($"\"id\":\"{answer.Header("X-Rerank-Request-Id")}\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestId_OfTheCaller_IsKeptWhenItIsAUuid()
    {
        const string Id = "0198c2f0-0000-7000-8000-000000000001";

        var kept = await _router.CohereAsync("q", ["a full=1"], null, ("X-Rerank-Request-Id", Id));
        var replaced = await _router.CohereAsync("q", ["a full=1"], null, ("X-Rerank-Request-Id", "me"));

        Assert.Equal(Id, kept.Header("X-Rerank-Request-Id"));
        Assert.NotEqual("me", replaced.Header("X-Rerank-Request-Id"));
    }

    [Theory]
    [InlineData("/rerank/", """{"query":"q","texts":["a full=1"]}""", HttpStatusCode.OK, """[{"index":0,"score":0.7310586}]""")]
    [InlineData("/rerank", "{", HttpStatusCode.BadRequest, """{"error":"the body is not valid JSON (line 1, byte 2)","error_type":"Validation"}""")]
    [InlineData("/rerank", """{"query":"q","texts":[]}""", HttpStatusCode.BadRequest, """{"error":"texts must not be empty","error_type":"Empty"}""")]
    [InlineData("/rerank", """{"query":"q","texts":["1","2","3","4"]}""", HttpStatusCode.RequestEntityTooLarge, """{"error":"texts has more than 3 entries; at most 3 are allowed","error_type":"Validation"}""")]
    public async Task Tei_OverHttp_AnswersInItsShape(string path, string body, HttpStatusCode status, string expected)
    {
        var answer = await _router.SendAsync(path, body);

        Assert.Equal(status, answer.Status);
        Assert.Equal(expected, answer.Body);
    }

    [Theory]
    [InlineData("""{"query":"","documents":["a"]}""", HttpStatusCode.BadRequest, "invalid request: query must not be empty or be only whitespace")]
    [InlineData("""{"model":"m","query":"q","documents":["a"],"top_n":0}""", HttpStatusCode.BadRequest, "invalid request: top_n must be at least 1, not 0")]
    public async Task Cohere_WrongRequest_AnswersInItsShape(string body, HttpStatusCode status, string message)
    {
        var answer = await _router.SendAsync("/v2/rerank", body);

        Assert.Equal(status, answer.Status);
        Assert.Equal($$"""{"id":"{{answer.Header("X-Rerank-Request-Id")}}","message":"{{message}}"}""", answer.Body);
    }

    [Theory]
    [InlineData(
        "/v1/rerank", """{"model":"m","query":"q","documents":["a full=1"]}""", 200,
        """{"model":"m","usage":{"prompt_tokens":10,"total_tokens":10},"results":[{"index":0,"relevance_score":0.7310586,"document":{"text":"a full=1"}}]}""")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a full=1"],"top_k":0}""", 400, """{"detail":"top_k must be at least 1, not 0"}""")]
    [InlineData(
        "/rerank", """{"query":"q","documents":["a full=1"],"return_documents":false}""", 200,
        """{"id":"rerank-ID","model":"full-model","usage":{"prompt_tokens":10,"total_tokens":10},"results":[{"index":0,"relevance_score":0.7310586}]}""")]
    [InlineData(
        "/v1/ranking", """{"query":{"text":"q"},"passages":[{"text":"a full=1"},{"text":"b full=2.5"}]}""", 200,
        """{"rankings":[{"index":1,"logit":2.5},{"index":0,"logit":1}],"usage":{"prompt_tokens":20,"total_tokens":20}}""")]
    [InlineData("/v1/ranking", "[]", 400, """{"error":"the body must be a JSON object, not an array"}""")]
    [InlineData(
        "/rerank", """{"query":"q","documents":["a full=1"],"truncate_prompt_tokens":9}""", 400,
        """{"error":{"message":"document 0 and the query have 10 tokens, and they can't be shortened to the 9 of truncate_prompt_tokens","type":"BadRequestError","code":400}}""")]
    public async Task OtherDialects_OverHttp_AnswerInTheirShape(string path, string body, int status, string expected)
    {
        var answer = await _router.SendAsync(path, body);

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(expected, answer.Body.Replace(answer.Header("X-Rerank-Request-Id")!, "ID", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Score_QueriesOfTheirOwn_AreAskedByThemselvesAndAnsweredInOrder()
    {
        var answer = await _router.SendAsync("/score", """{"queries":["q","r","q"],"documents":["a full=1","b full=-2","c full=0"],"use_activation":false}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains(
            """
            "data":[{"index":0,"object":"score","score":1},{"index":1,"object":"score","score":-2},{"index":2,"object":"score","score":0}],"usage":{"prompt_tokens":30,
            """,
            answer.Body,
            StringComparison.Ordinal);
        Assert.Equal(["q", "r"], _full.Requests.Select(request => request.Query).Order());
        Assert.Equal(["a full=1", "c full=0"], _full.Requests.Single(request => request.Query == "q").Passages);
        Assert.Equal("full", answer.Tier);
        Assert.Matches("^parse;dur=[0-9.]+, full;dur=[0-9.]+, full;dur=[0-9.]+$", answer.Header("Server-Timing")!);
    }

    [Fact]
    public async Task Score_OneQueryThatFails_IsAnErrorInTheDialect()
    {
        _full.Failure = (500, "ModelFailed");

        var answer = await _router.SendAsync("/v1/score", """{"queries":["q","r"],"documents":["a full=1","b full=-2"]}""");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.StartsWith("""{"error":{"message":""", answer.Body, StringComparison.Ordinal);
        Assert.Contains("rerank_router_requests_total{dialect=\"vllm-score\",code=\"500\"} 1\n", await _router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_LargerThanAllowed_IsRefusedWithOrWithoutALength()
    {
        var body = $$"""{"model":"m","query":"q","documents":["{{new string('x', 500)}}"]}""";
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v2/rerank")
        {
            Content = new StreamContent(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(body))),
            Headers = { TransferEncodingChunked = true },
        };

        var announced = await _router.SendAsync("/v2/rerank", body);
        using var unannounced = await _router.Main.SendAsync(chunked, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, announced.Status);
        Assert.Contains("at most 400 are allowed", announced.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, unannounced.StatusCode);
    }

    [Fact]
    public async Task OtherMethodOrPath_IsAnsweredAsJson()
    {
        using var get = await _router.Main.GetAsync("/rerank", TestContext.Current.CancellationToken);
        var unknown = await _router.SendAsync("/v9/rerank", "{}");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        Assert.Equal("POST", get.Content.Headers.Allow.Single());
        Assert.Contains("error_type", await get.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
        Assert.StartsWith("""{"message":"there is no /v9/rerank; rerank requests are taken at /rerank, /v1/rerank, /v2/rerank""", unknown.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("soon")]
    public async Task TimeoutHeader_NoNumber_IsRefused(string value)
    {
        var answer = await _router.CohereAsync("q", ["a full=1"], null, ("X-Rerank-Timeout-Milliseconds", value));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("X-Rerank-Timeout-Milliseconds", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_CountWhatWasAnswered()
    {
        await _router.CohereAsync("q", ["a full=1", "b full=1"]);
        await _router.SendAsync("/rerank", "{");

        var metrics = await _router.MetricsAsync();
        var status = await _router.StatusAsync();

        string[] lines =
        [
            "rerank_router_requests_total{dialect=\"cohere-v2\",code=\"200\"} 1",
            "rerank_router_requests_total{dialect=\"tei\",code=\"400\"} 1",
            "rerank_router_request_duration_seconds_count{dialect=\"cohere-v2\"} 1",
            "rerank_router_tier_requests_total{tier=\"full\",revision=\"r1\",result=\"ok\"} 1",
            "rerank_router_tier_duration_seconds_count{tier=\"full\",revision=\"r1\"} 1",
            "rerank_router_pairs_total{tier=\"full\",source=\"model\"} 2",
            "rerank_router_table_generation 1",
        ];
        Assert.All(lines, line => Assert.Contains(line + "\n", metrics, StringComparison.Ordinal));
        Assert.Equal((2, 0), (status.Requests, status.Errors));
    }
}
