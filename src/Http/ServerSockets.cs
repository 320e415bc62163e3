using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Rerank.Http;

/// <summary>Unix sockets that a server listens on.</summary>
public static class ServerSockets
{
    /// <summary>A process that was killed leaves its socket's file behind, and binding to that fails. A live process' socket is left alone.</summary>
    /// <exception cref="AddressInUseException">Another process listens there.</exception>
    public static void RemoveStale(string path)
    {
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }

        throw new AddressInUseException($"{path}: another process listens on this socket");
    }
}
