using System.Net;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Serving;

public sealed class AllowedOriginsTests
{
    private const string Shop = "https://shop.example.org";

    [Fact]
    public async Task Preflight_WithoutAllowedOrigins_IsRefused()
    {
        await using var router = await RunningRouter.StartAsync(Table(null));

        var (status, headers) = await PreflightAsync(router, Shop);

        Assert.Equal((HttpStatusCode.MethodNotAllowed, ""), (status, headers));
    }

    [Theory]
    [InlineData(Shop, Shop, $"Access-Control-Allow-Headers: content-type,authorization\nAccess-Control-Allow-Methods: GET,HEAD,POST\nAccess-Control-Allow-Origin: {Shop}\nAccess-Control-Max-Age: 600")]
    [InlineData("*", Shop, "Access-Control-Allow-Headers: content-type,authorization\nAccess-Control-Allow-Methods: GET,HEAD,POST\nAccess-Control-Allow-Origin: *\nAccess-Control-Max-Age: 600")]
    [InlineData(Shop, "https://other.example.org", "")]
    [InlineData(Shop, "http://shop.example.org", "")]
    [InlineData("http://localhost:3000", "http://localhost:3000", "Access-Control-Allow-Headers: content-type,authorization\nAccess-Control-Allow-Methods: GET,HEAD,POST\nAccess-Control-Allow-Origin: http://localhost:3000\nAccess-Control-Max-Age: 600")]
    public async Task Preflight_OfAPage_IsAnsweredByItsOrigin(string allowed, string origin, string expected)
    {
        await using var router = await RunningRouter.StartAsync(Table([allowed]));

        var (status, headers) = await PreflightAsync(router, origin);

        Assert.Equal((HttpStatusCode.NoContent, expected), (status, headers));
    }

    [Theory]
    [InlineData("""{"query":"q","texts":["a"]}""", HttpStatusCode.ServiceUnavailable)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    public async Task Answers_AndErrors_CanBeReadByThePage(string body, HttpStatusCode status)
    {
        await using var router = await RunningRouter.StartAsync(Table([Shop]));

        var answer = await router.SendAsync("/rerank", body, ("Origin", Shop));
        var others = await router.SendAsync("/rerank", body, ("Origin", "https://other.example.org"));

        Assert.Equal((status, Shop), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
        Assert.Contains("X-Rerank-Request-Id", answer.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
        Assert.Null(others.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task AllowedOrigins_OfANewTable_AreInForceAtOnce()
    {
        await using var router = await RunningRouter.StartAsync(Table([Shop]));
        await router.PushAsync(Table(["https://new.example.org"]) with { Generation = 2 });

        Assert.Equal((HttpStatusCode.NoContent, ""), await PreflightAsync(router, Shop));
        Assert.Contains("Access-Control-Allow-Origin: https://new.example.org", (await PreflightAsync(router, "https://new.example.org")).Headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AdminPort_KnowsNoOrigins()
    {
        await using var router = await RunningRouter.StartAsync(Table([Shop]));

        Assert.Equal((HttpStatusCode.MethodNotAllowed, ""), await PreflightAsync(router, Shop, router.Admin, "/admin/status"));
    }

    private static RoutingTable Table(IReadOnlyList<string>? origins) =>
        Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "http://127.0.0.1:1")]) with { Cors = origins is null ? null : new Cors(origins) };

    private static async Task<(HttpStatusCode Status, string Headers)> PreflightAsync(RunningRouter router, string origin, HttpClient? client = null, string path = "/rerank")
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path)
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "content-type,authorization" } },
        };
        using var response = await (client ?? router.Main).SendAsync(request, TestContext.Current.CancellationToken);
        var headers = response.Headers.Where(header => header.Key.StartsWith("Access-Control", StringComparison.Ordinal)).OrderBy(header => header.Key, StringComparer.Ordinal);
        return (response.StatusCode, string.Join('\n', headers.Select(header => $"{header.Key}: {string.Join(',', header.Value)}")));
    }
}
