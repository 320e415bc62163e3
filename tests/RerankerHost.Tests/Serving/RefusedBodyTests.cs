using System.Net;
using System.Net.Sockets;
using System.Text;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>Callers whose request is refused before all of it has come get the refusal, not a reset connection.</summary>
public sealed class RefusedBodyTests : IAsyncLifetime
{
    private const int Limit = 4096;
    private const int Sent = 8 << 20;

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
    [InlineData("POST /rerank", true, "413")]
    [InlineData("POST /rerank", false, "413")]
    [InlineData("POST /internal/v1/score", true, "413")]
    [InlineData("PUT /rerank", true, "405")]
    [InlineData("PUT /rerank", false, "405")]
    [InlineData("POST /nowhere", true, "404")]
    public async Task Caller_ThatReadsOnlyAfterAllIsSent_GetsTheRefusal(string start, bool announced, string status)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _host.Main.BaseAddress!.Port, RunningHost.Cancelled);
        await using var stream = client.GetStream();
        var length = announced ? $"Content-Length: {Sent}" : "Transfer-Encoding: chunked";
        await WriteAsync(stream, $"{start} HTTP/1.1\r\nHost: host\r\n{length}\r\n\r\n");
        var body = new byte[Sent];
        body.AsSpan().Fill((byte)' ');
        if (!announced)
            await WriteAsync(stream, $"{Sent:x}\r\n");
        await stream.WriteAsync(body, RunningHost.Cancelled);
        if (!announced)
            await WriteAsync(stream, "\r\n0\r\n\r\n");

        // The host closes the connection after a body that is too large; after others it is for the caller to do.
        var answer = await ReadAsync(stream, untilClosed: status == "413");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(status == "413", answer.Contains("\r\nConnection: close\r\n", StringComparison.Ordinal));
        Assert.EndsWith("}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pool_OfConnections_NeverSendsTheNextRequestOnOneThatIsClosing()
    {
        for (var i = 0; i < 50; i++)
        {
            using var tooLarge = new ByteArrayContent(new byte[i % 2 == 0 ? Limit + 1 : 1 << 20]);
            using var refused = await _host.Main.PostAsync("/rerank", tooLarge, RunningHost.Cancelled);
            using var content = new StringContent("""{"query":"q","texts":["1"]}""");
            using var answered = await _host.Main.PostAsync("/rerank", content, RunningHost.Cancelled);

            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.OK), (refused.StatusCode, answered.StatusCode));
        }
    }

    private static Task WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), RunningHost.Cancelled).AsTask();

    private static async Task<string> ReadAsync(NetworkStream stream, bool untilClosed)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        int read;
        while ((untilClosed || !text.ToString().EndsWith('}')) && (read = await stream.ReadAsync(buffer, RunningHost.Cancelled)) > 0)
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        return text.ToString();
    }
}
