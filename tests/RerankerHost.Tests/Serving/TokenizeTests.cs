using System.Net;
using System.Text;
using System.Text.Json;
using Rerank.Contracts.Scoring;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>The tokens of texts, as clients of text-embeddings-inference and vLLM ask for them.</summary>
public sealed class TokenizeTests
{
    [Fact]
    public async Task Tokenize_TeisRequest_TokensWithPlacesInCharacters()
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());

        var (status, body) = await SendAsync(host, """{"inputs": ["😀 Linux", "hello"]}""");

        Assert.Equal(HttpStatusCode.OK, status);
        using var json = JsonDocument.Parse(body);
        Assert.Equal(["[CLS] True  ", "😀 False 0 1", "Linux False 2 7", "[SEP] True  "], Tokens(json.RootElement[0]));
        Assert.Equal(["[CLS] True  ", "hel False 0 3", "lo False 3 5", "[SEP] True  "], Tokens(json.RootElement[1]));
        Assert.Equal(820, json.RootElement[1][1].GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task Tokenize_OneTextWithoutSpecialTokens_OnlyItsOwn()
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());

        var (_, body) = await SendAsync(host, """{"inputs": "hello", "add_special_tokens": false}""");

        Assert.Equal("""[[{"id":820,"text":"hel","special":false,"start":0,"stop":3},{"id":1237,"text":"lo","special":false,"start":3,"stop":5}]]""", body);
    }

    [Fact]
    public async Task Tokenize_VllmsRequest_IdsAndNames()
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());

        var (status, body) = await SendAsync(host, """{"model": "first", "prompt": "hello", "return_token_strs": true}""");
        var (_, bare) = await SendAsync(host, """{"prompt": "hello", "add_special_tokens": false}""");

        Assert.Equal(HttpStatusCode.OK, status);
        using var json = JsonDocument.Parse(body);
        Assert.Equal(4, json.RootElement.GetProperty("count").GetInt32());
        Assert.Equal(128, json.RootElement.GetProperty("max_model_len").GetInt32());
        Assert.Equal(["[CLS]", "hel", "##lo", "[SEP]"], json.RootElement.GetProperty("token_strs").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("""{"count":2,"max_model_len":128,"tokens":[820,1237],"token_strs":null}""", bare);
    }

    [Theory]
    [InlineData("""{"inputs": []}""", HttpStatusCode.BadRequest, "error_type")]
    [InlineData("""{"inputs": 5}""", HttpStatusCode.BadRequest, "error_type")]
    [InlineData("""{"inputs": ["a", null]}""", HttpStatusCode.BadRequest, "error_type")]
    [InlineData("""{}""", HttpStatusCode.BadRequest, "error_type")]
    [InlineData("""{"inputs": "a" """, HttpStatusCode.BadRequest, "error_type")]
    [InlineData("""{"inputs": ["1", "2", "3", "4", "5", "6"]}""", HttpStatusCode.RequestEntityTooLarge, "error_type")]
    [InlineData("""{"prompt": ["a"]}""", HttpStatusCode.BadRequest, "BadRequestError")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}]}""", HttpStatusCode.BadRequest, "messages is not supported")]
    [InlineData("""{"prompt": "a", "model": "other"}""", HttpStatusCode.NotFound, "NotFoundError")]
    public async Task Tokenize_NoSuchRequest_TheDialectsError(string body, HttpStatusCode expected, string contained)
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels(), maxDocuments: 5);

        var (status, answer) = await SendAsync(host, body);

        Assert.Equal(expected, status);
        Assert.Contains(contained, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_AnotherMethod_405()
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());

        using var got = await host.Main.GetAsync("/tokenize", RunningHost.Cancelled);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, got.StatusCode);
        Assert.Equal(["POST"], got.Content.Headers.Allow);
    }

    [Fact]
    public async Task Tokenize_DigestOfARouter_BeforeTheModelOfTheBody()
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());
        var digest = TestModel.Named("first").InFolder(folder).Digest;

        var (known, _) = await SendAsync(host, """{"prompt": "a", "model": "whatever"}""", (ScoreApi.DigestHeader, digest));
        var (gone, _) = await SendAsync(host, """{"prompt": "a"}""", (ScoreApi.DigestHeader, "sha256:gone"));

        Assert.Equal(HttpStatusCode.OK, known);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, gone);
    }

    [Fact]
    public async Task Tokenize_MuchText_IsAnsweredInParts()
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());
        var text = string.Concat(Enumerable.Repeat("linux kernel, ", 20_000));

        var (status, body) = await SendAsync(host, JsonSerializer.Serialize(new { inputs = text }));

        Assert.Equal(HttpStatusCode.OK, status);
        using var json = JsonDocument.Parse(body);
        var last = json.RootElement[0].EnumerateArray().SkipLast(1).Last();
        Assert.Equal(",", last.GetProperty("text").GetString());
        Assert.Equal(text.Length - 1, last.GetProperty("stop").GetInt32());
    }

    [Fact]
    public async Task Tokenize_WhileScoringIsFull_IsAnswered()
    {
        using var folder = new TestFolder();
        var models = new FakeModels { MostPassages = 1 };
        await using var host = await StartAsync(folder, models);
        models.Loaded.Single().Close();
        var scoring = SendAsync(host, """{"query": "a", "texts": ["b"]}""", path: "/rerank");

        var (status, _) = await SendAsync(host, """{"inputs": "hello"}""");

        Assert.Equal(HttpStatusCode.OK, status);
        models.Loaded.Single().Open();
        Assert.Equal(HttpStatusCode.OK, (await scoring).Status);
    }

    private static async Task<RunningHost> StartAsync(TestFolder folder, FakeModels models, int? maxDocuments = null)
    {
        var host = await RunningHost.StartAsync(folder, models, change: options => maxDocuments is { } most ? options with { Limits = new() { MaxDocuments = most } } : options);
        await host.ApplyAsync(RunningHost.Set(1, TestModel.Named("first").InFolder(folder)));
        await host.EventuallyAsync("first", Contracts.Models.ModelState.Ready);
        return host;
    }

    private static Task<(HttpStatusCode Status, string Body)> SendAsync(RunningHost host, string body, params (string Name, string Value)[] headers) =>
        SendAsync(host, body, "/tokenize", headers);

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(RunningHost host, string body, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await host.Main.SendAsync(request, RunningHost.Cancelled);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(RunningHost.Cancelled));
    }

    private static IEnumerable<string> Tokens(JsonElement tokens) =>
        tokens.EnumerateArray().Select(token => $"{token.GetProperty("text")} {token.GetProperty("special").GetBoolean()} {token.GetProperty("start")} {token.GetProperty("stop")}");
}
