using System.Net.Sockets;

namespace Rerank.Router.Routing;

/// <summary>Opens connections to destinations: TCP, or a Unix socket below the socket directory.</summary>
internal sealed class DestinationConnector(RouterOptions options)
{
    public void Configure(SocketsHttpHandler handler)
    {
        handler.ConnectTimeout = options.ConnectTimeout;
        handler.ConnectCallback = ConnectAsync;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = DestinationAddress.IsSocket(context.DnsEndPoint.Host, out var name)
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var path = name.IsEmpty ? null : Path.Join(options.SocketDirectory, name);
        try
        {
            if (path is null)
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            else
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
