using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rerank.Contracts.Scoring;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Tokenization;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>The tokens of texts, as clients of text-embeddings-inference and vLLM ask for them.</summary>
public sealed class TokenizeTests
{
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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

    [Fact]
    public async Task Tokenize_UnknownRunWithByteFallback_AnswerIsLinear()
    {
        using var folder = new TestFolder();
        var file = Repository.File("tests", "RerankerHost.Tests", "Tokenization", "Goldens", "deberta", "tokenizer.json");
        await using var host = await StartAsync(folder, new FakeModels { Tokenizer = TokenizerFile.Load(file) });
        var request = JsonSerializer.Serialize(new { inputs = string.Concat(Enumerable.Repeat("\U0001F680", 2_000)), add_special_tokens = false }, Unescaped);

        var (status, body) = await SendAsync(host, request);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.InRange(body.Length, request.Length, 200 * Encoding.UTF8.GetByteCount(request));
        using var json = JsonDocument.Parse(body);
        Assert.Equal(["<0xF0> False 0 2000", "<0x9F> False 0 2000", "<0x9A> False 0 2000"], Tokens(json.RootElement[0]).SkipWhile(token => !token.StartsWith("<0xF0>", StringComparison.Ordinal)).Take(3));
    }

    [Fact]
    public async Task Tokenize_TooManyWait_429AndScoringGoesOn()
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());
        var turns = host.Services.GetRequiredService<TokenizingTurns>();
        var waiting = Enumerable.Range(0, TokenizingTurns.Count + TokenizingTurns.MostWaiting).Select(_ => turns.EnterAsync(RunningHost.Cancelled)).ToList();

        using var content = new StringContent("""{"inputs": "hello"}""");
        using var refused = await host.Main.PostAsync("/tokenize", content, RunningHost.Cancelled);
        var (scored, _) = await SendAsync(host, """{"query": "a", "texts": ["b"]}""", path: "/rerank");
        foreach (var turn in waiting)
            (await turn).Dispose();
        var (status, _) = await SendAsync(host, """{"inputs": "hello"}""");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(HttpStatusCode.OK, scored);
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Tokenize_CallersDoNotReadTheirAnswers_OthersGetTheirs()
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());
        var text = string.Concat(Enumerable.Repeat("linux kernel, ", 100_000));
        var unread = new List<HttpResponseMessage>();
        for (var i = 0; i < TokenizingTurns.Count; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/tokenize") { Content = new StringContent(JsonSerializer.Serialize(new { inputs = text })) };
            unread.Add(await host.Main.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, RunningHost.Cancelled));
        }

        var (status, _) = await SendAsync(host, """{"inputs": "hello"}""");

        unread.ForEach(response => response.Dispose());
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Tokenize_MuchText_TakesNoTurnFromScoring()
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());
        var text = new string('a', LongTexts.Length);
        var held = new List<IDisposable?>();
        for (var i = 0; i < Math.Max(1, Environment.ProcessorCount / 2); i++)
            held.Add(await LongTexts.EnterAsync(text, [], RunningHost.Cancelled));

        var (status, _) = await SendAsync(host, JsonSerializer.Serialize(new { inputs = text }));

        held.ForEach(turn => turn?.Dispose());
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("1000000", "5", HttpStatusCode.OK)]
    [InlineData("65536", "5", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("1000000", "1", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("100000000", "1000000", HttpStatusCode.OK)]
    [InlineData("many", "5", HttpStatusCode.UnprocessableEntity)]
    public async Task Tokenize_CompressedWithWhatARouterAllows_IsCountedAsItIsDecoded(string bytes, string texts, HttpStatusCode expected)
    {
        using var folder = new TestFolder();
        await using var host = await StartAsync(folder, new FakeModels());
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($$"""{"inputs": ["a", "b"]{{new string(' ', 500_000)}} }"""), RunningHost.Cancelled);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/tokenize") { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.ContentEncoding.Add("gzip");
        request.Headers.Add(ScoreApi.MaxBodyBytesHeader, bytes);
        request.Headers.Add(ScoreApi.MaxDocumentsHeader, texts);

        using var response = await host.Main.SendAsync(request, RunningHost.Cancelled);

        Assert.Equal(expected, response.StatusCode);
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
