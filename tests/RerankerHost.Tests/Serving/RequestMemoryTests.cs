using System.Net;
using System.Net.Sockets;
using System.Text;
using Rerank.Contracts.Models;
using Rerank.Contracts.Scoring;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>Requests in flight take no more memory than there is for them, nor do their bodies come for longer than they may take.</summary>
public sealed class RequestMemoryTests : IAsyncDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly TestFolder _folder = new();
    private readonly List<Socket> _sockets = [];
    private RunningHost? _host;

    public async ValueTask DisposeAsync()
    {
        _sockets.ForEach(socket => socket.Dispose());
        if (_host is not null)
            await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/rerank", true, "\"error_type\":\"Overloaded\"")]
    [InlineData("/rerank", false, "\"error_type\":\"Overloaded\"")]
    [InlineData("/v2/rerank", true, "\"message\":")]
    [InlineData(ScoreApi.Path, true, "\"code\":\"Overloaded\"")]
    [InlineData(ScoreApi.Path, false, "\"code\":\"Overloaded\"")]
    public async Task ManyHalfSentBodies_TheRestIsRefusedInItsDialect_SmallOnesAreAnswered(string path, bool announced, string error)
    {
        var host = await StartAsync();
        var half = new byte[3 * MiB];
        half.AsSpan().Fill((byte)' ');
        for (var i = 0; i < 8; i++)
            await SendHalfAsync(host, path, half, announced);

        var refusals = await Eventually.Passes(
            async () =>
            {
                var answers = await Task.WhenAll(_sockets.Where(socket => socket.Available > 0).Select(ReceiveAsync));
                Assert.NotEmpty(answers);
                return answers;
            },
            RunningHost.Cancelled);

        Assert.All(refusals, refusal =>
        {
            Assert.StartsWith("HTTP/1.1 429 ", refusal, StringComparison.Ordinal);
            Assert.Contains("\r\nRetry-After: 1\r\n", refusal, StringComparison.Ordinal);
            Assert.Contains("\r\nConnection: close\r\n", refusal, StringComparison.Ordinal);
            Assert.Contains("too many bytes of requests are in flight", refusal, StringComparison.Ordinal);
            Assert.Contains(error, refusal, StringComparison.Ordinal);
        });
        Assert.Equal(HttpStatusCode.OK, await RerankAsync(host));

        _sockets.ForEach(socket => socket.Dispose());
        await Eventually.True(async () => await RerankAsync(host, new string(' ', 4 * MiB)) == HttpStatusCode.OK, RunningHost.Cancelled);
    }

    [Theory]
    [InlineData("/rerank")]
    [InlineData(ScoreApi.Path)]
    public async Task BodyComesTooSlowly_IsGivenUp(string path)
    {
        var host = await StartAsync(o => o with { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        var socket = await SendHalfAsync(host, path, "{\"query\":"u8.ToArray(), announced: true);

        var answer = await ReceiveAsync(socket);

        Assert.StartsWith("HTTP/1.1 504 ", answer, StringComparison.Ordinal);
        Assert.Contains("the body did not come within 300 ms", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
    }

    private async Task<RunningHost> StartAsync(Func<RerankerHost.Serving.ServeOptions, RerankerHost.Serving.ServeOptions>? change = null)
    {
        _host = await RunningHost.StartAsync(_folder, new FakeModels(), change: o => (change ?? (same => same))(o with { RequestMemoryBytes = 64 * MiB }));
        await _host.ApplyAsync(RunningHost.Set(1, TestModel.Named("q").InFolder(_folder)));
        await _host.EventuallyAsync("q", ModelState.Ready);
        return _host;
    }

    private static async Task<HttpStatusCode> RerankAsync(RunningHost host, string padding = "")
    {
        using var content = new StringContent($$"""{"query":"q","texts":["1"]}{{padding}}""");
        using var response = await host.Main.PostAsync("/rerank", content, RunningHost.Cancelled);
        return response.StatusCode;
    }

    private async Task<Socket> SendHalfAsync(RunningHost host, string path, byte[] half, bool announced)
    {
        var address = host.Main.BaseAddress!;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, RunningHost.Cancelled);
        var length = announced ? $"Content-Length: {half.Length + MiB}" : $"Transfer-Encoding: chunked\r\n\r\n{half.Length + MiB:x}";
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{length}\r\n{(announced ? "\r\n" : "")}"), RunningHost.Cancelled);

        // A server that has refused it may not take all of it.
        for (var sent = 0; sent < half.Length && socket.Poll(TimeSpan.FromMilliseconds(500), SelectMode.SelectWrite);)
        {
            try
            {
                sent += await socket.SendAsync(half.AsMemory(sent, Math.Min(64 * 1024, half.Length - sent)), RunningHost.Cancelled);
            }
            catch (SocketException)
            {
                break;
            }
        }

        return socket;
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[4096];
        var received = new StringBuilder();
        int read;
        while (!received.ToString().EndsWith('}') && (read = await socket.ReceiveAsync(buffer, RunningHost.Cancelled)) > 0)
            received.Append(Encoding.UTF8.GetString(buffer, 0, read));
        return received.ToString();
    }
}
