using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rerank.TestKit;

/// <summary>A proxy that answers plain requests itself, and refuses to make tunnels once it has noted where to.</summary>
public sealed class SmallProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public SmallProxy()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>First lines of all requests that were let in.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The credentials that it wants, as <c>USER:PASSWORD</c>.</summary>
    public string? Wants { get; init; }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = AnswerAsync(client);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII, leaveOpen: true);
            var first = await reader.ReadLineAsync(_stop.Token);
            var authorization = "";
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
            {
                if (header.StartsWith("Proxy-Authorization: ", StringComparison.OrdinalIgnoreCase))
                    authorization = header["Proxy-Authorization: ".Length..];
            }

            var answer = "200 OK";
            if (Wants is not null && authorization != $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Wants))}")
            {
                answer = "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"";
            }
            else
            {
                Asked.Enqueue(first!);
                if (first!.StartsWith("CONNECT", StringComparison.Ordinal))
                    answer = "502 Bad Gateway";
            }

            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nproxy"), _stop.Token);
        }
    }
}
