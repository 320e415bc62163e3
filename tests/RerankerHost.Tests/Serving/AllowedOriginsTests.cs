using System.Net;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Tests.Serving;

public sealed class AllowedOriginsTests : IDisposable
{
    private const string Shop = "https://shop.example.org";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, "/rerank", HttpStatusCode.MethodNotAllowed, null)]
    [InlineData(Shop, "/rerank", HttpStatusCode.NoContent, Shop)]
    [InlineData("https://other.example.org", "/rerank", HttpStatusCode.NoContent, null)]
    [InlineData("*", "/v1/models", HttpStatusCode.NoContent, "*")]
    public async Task Preflight_OfAPage_IsAnsweredByItsOrigin(string? allowed, string path, HttpStatusCode status, string? origin)
    {
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels(), change: o => o with { AllowedOrigins = allowed is null ? [] : [allowed] });

        using var answer = await PreflightAsync(host.Main, path);

        Assert.Equal((status, origin), (answer.StatusCode, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null));
    }

    [Fact]
    public async Task AdminPort_KnowsNoOrigins()
    {
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels(), change: o => o with { AllowedOrigins = ["*"] });

        using var answer = await PreflightAsync(host.Admin, "/admin/status");

        Assert.False(answer.IsSuccessStatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://shop.example.org/", false)]
    [InlineData("shop.example.org", false)]
    [InlineData("https://Shop.example.org", false)]
    [InlineData("https://*.example.org", false)]
    [InlineData("null", false)]
    [InlineData("https://shop.example.org:8443", true)]
    [InlineData("http://[::1]:3000", true)]
    [InlineData("chrome-extension://abcdef", true)]
    [InlineData("*", true)]
    public void Problems_OfAnOrigin_SayWhatIsOne(string origin, bool right)
    {
        var options = ServeCommand.Parse("--model-set", "set.json", "--allowed-origin", $"{Shop}; {origin}");

        Assert.Equal([Shop, origin], options.AllowedOrigins);
        string[] expected = right ? [] : [$"--allowed-origin: {origin} is not an origin such as https://shop.example.org, nor *"];
        Assert.Equal(expected, ServeOptionsCheck.Problems(options));
    }

    private static async Task<HttpResponseMessage> PreflightAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path) { Headers = { { "Origin", Shop }, { "Access-Control-Request-Method", "POST" } } };
        return await client.SendAsync(request, RunningHost.Cancelled);
    }
}
