using System.Net;
using System.Net.Sockets;

namespace Rerank.Operator.Local;

internal static class LoopbackPorts
{
    /// <summary>A port that nobody listens on now. The system hands out others first before it gives this one again.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
