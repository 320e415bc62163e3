using System.IO.Compression;
using System.Net;
using System.Text;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Serving;

public sealed class CompressedBodyTests : IAsyncLifetime
{
    private const int Limit = 100_000;

    private StubHost _full = null!;
    private RunningRouter _router = null!;

    public async ValueTask InitializeAsync()
    {
        _full = await StubHost.StartAsync("full");
        var policy = new RouterPolicy { Limits = new RequestLimits { MaxBodyBytes = Limit, MaxDocuments = 10 } };
        _router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", _full.Address)], policy), options => options with { RequestMemoryBytes = 16 * 1024 * 1024 });
    }

    public async ValueTask DisposeAsync()
    {
        await _router.DisposeAsync();
        await _full.DisposeAsync();
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Body_Compressed_IsReadAsIfItWereNot(string encoding)
    {
        var (status, body) = await SendAsync(encoding, Compressed(encoding, Encoding.UTF8.GetBytes("""{"query":"q","texts":["a full=1","b full=2"]}""")));

        Assert.Equal((HttpStatusCode.OK, """[{"index":1,"score":0.8807971},{"index":0,"score":0.7310586}]"""), (status, body));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Body_LargeOnceDecoded_IsRefusedAtTheLimit(string encoding)
    {
        var bomb = Compressed(encoding, new byte[64 * 1024 * 1024]);
        Assert.InRange(bomb.Length, 1, Limit);
        await SendAsync(encoding, bomb);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var (status, body) = await SendAsync(encoding, bomb);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "the body has more than 100000 bytes; at most 100000 are allowed"), (status, ErrorOf(body)));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 10 * Limit);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    public async Task Body_CompressedOtherwise_IsRefusedWithWhatIsTaken(string encoding)
    {
        var (status, body) = await SendAsync(encoding, "{}"u8.ToArray(), acceptEncoding: "br, deflate, gzip");

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, $"the body has the content encoding {encoding}; br, deflate, gzip are taken"), (status, ErrorOf(body)));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Body_NotWhatItsEncodingSays_IsTheCallersMistake(string encoding)
    {
        var (status, body) = await SendAsync(encoding, Encoding.UTF8.GetBytes("""{"query":"q","texts":["a"]}"""));

        Assert.Equal((HttpStatusCode.BadRequest, "the body is not what its content encoding says"), (status, ErrorOf(body)));
    }

    private static string ErrorOf(string body)
    {
        using var json = System.Text.Json.JsonDocument.Parse(body);
        return json.RootElement.GetProperty("error").GetString()!;
    }

    private static byte[] Compressed(string encoding, byte[] body)
    {
        using var output = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "br" => new BrotliStream(output, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(output, CompressionLevel.Optimal),
            _ => new GZipStream(output, CompressionLevel.Optimal),
        })
        {
            stream.Write(body);
        }

        return output.ToArray();
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(string encoding, byte[] body, string acceptEncoding = "")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        using var response = await _router.Main.PostAsync("/rerank", content, TestContext.Current.CancellationToken);
        Assert.Equal(acceptEncoding, response.Headers.TryGetValues("Accept-Encoding", out var values) ? string.Join(", ", values) : "");
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
