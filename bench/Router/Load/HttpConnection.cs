using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rerank.RouterBench.Load;

/// <summary>One kept connection that sends requests which are bytes already, and reads no more of an answer than its status and length: the cores are for the servers.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];

    public HttpConnection(int port) => _socket.Connect(IPAddress.Loopback, port);

    public static byte[] Post(string path, byte[] body, params string[] headers)
    {
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <returns>The status.</returns>
    public int Send(ReadOnlySpan<byte> request)
    {
        while (!request.IsEmpty)
            request = request[_socket.Send(request)..];

        var filled = 0;
        int end;
        while ((end = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
            filled += Receive(filled);
        var head = _buffer.AsSpan(0, end + 2);
        if (!Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _))
            throw new IOException("no status");
        var length = head.IndexOf("Content-Length: "u8);
        if (length < 0)
        {
            ReadChunks(end + 4, filled);
            return status;
        }

        if (!Utf8Parser.TryParse(head[(length + "Content-Length: ".Length)..], out long rest, out _))
            throw new IOException("no length");
        for (rest -= filled - end - 4; rest > 0;)
            rest -= Receive(0);
        return status;
    }

    public void Dispose() => _socket.Dispose();

    private void ReadChunks(int start, int filled)
    {
        // Answers are small, so that the last chunk is known by its end.
        while (!_buffer.AsSpan(start, filled - start).EndsWith("0\r\n\r\n"u8))
            filled += Receive(filled);
    }

    private int Receive(int at)
    {
        var received = _socket.Receive(_buffer.AsSpan(at));
        return received > 0 ? received : throw new IOException("the server closed the connection");
    }
}
