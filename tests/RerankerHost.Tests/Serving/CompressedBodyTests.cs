using System.IO.Compression;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>What is decoded is told by the router's tests of the same name: the code is shared.</summary>
public sealed class CompressedBodyTests : IAsyncLifetime
{
    private const int Limit = 100_000;

    private readonly TestFolder _folder = new();
    private RunningHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await RunningHost.StartAsync(_folder, new FakeModels(), change: o => o with { Limits = new RequestLimits { MaxBodyBytes = Limit, MaxDocuments = 8 } });
        await _host.ApplyAsync(RunningHost.Set(1, TestModel.Named("q").InFolder(_folder)));
        await _host.EventuallyAsync("q", ModelState.Ready);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("gzip", 200, "[{\"index\":0,\"score\":0.7310586}]")]
    [InlineData("zstd", 415, "{\"error\":\"the body has the content encoding zstd; br, deflate, gzip are taken\",\"error_type\":\"Validation\"}")]
    public async Task Body_Compressed_IsReadOrNamed(string encoding, int status, string expected) =>
        Assert.Equal((status, expected), await SendAsync(encoding, Gzip("""{"query":"q","texts":["1"]}"""u8.ToArray())));

    [Fact]
    public async Task Body_LargeOnceDecoded_IsRefused() => Assert.Equal(
        (413, "{\"error\":\"the body has more than 100000 bytes; at most 100000 are allowed\",\"error_type\":\"Validation\"}"), await SendAsync("gzip", Gzip(new byte[10_000_000])));

    [Fact]
    public async Task Body_NotWhatItsEncodingSays_IsTheCallersMistake() => Assert.Equal(
        (400, "{\"error\":\"the body is not what its content encoding says\",\"error_type\":\"Validation\"}"), await SendAsync("gzip", """{"query":"q","texts":["1"]}"""u8.ToArray()));

    private static byte[] Gzip(byte[] body)
    {
        using var output = new MemoryStream();
        using (var stream = new GZipStream(output, CompressionLevel.Optimal))
            stream.Write(body);
        return output.ToArray();
    }

    private async Task<(int Status, string Body)> SendAsync(string encoding, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentEncoding.Add(encoding);
        using var response = await _host.Main.PostAsync("/rerank", content, RunningHost.Cancelled);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(RunningHost.Cancelled));
    }
}
