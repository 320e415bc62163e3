using System.Net;

namespace Rerank.Router.Routing;

/// <summary>Looks up a name. A seam, since tests have no name server.</summary>
internal interface IHostResolver
{
    /// <exception cref="System.Net.Sockets.SocketException">The name can't be resolved.</exception>
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}

internal sealed class DnsHostResolver : IHostResolver
{
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);
}
