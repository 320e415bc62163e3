using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Rerank.Router.Routing;

/// <summary>
/// One destination per address of a name, looked up again every few seconds. Never fails: without an answer the last addresses stay for a while, since a
/// name server that is down says nothing about the pods. YARP's own resolver would drop the configuration then, and retry after minutes. They don't stay for ever: Kubernetes gives
/// a pod's address to another one some time, which may be anybody's. A name that has no address is looked up again sooner.
/// </summary>
internal sealed class DestinationResolver(IHostResolver hosts, RouterOptions options, TimeProvider time, ILogger<DestinationResolver> logger)
    : IDestinationResolver
{
    private readonly ConcurrentDictionary<string, (IPAddress[] Addresses, long Since)> _lastGood = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _failing = new(StringComparer.OrdinalIgnoreCase);

    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, DestinationConfig>(destinations.Count);
        var names = new List<(DestinationConfig Destination, Uri Uri, Task<IPAddress[]> Addresses)>();
        foreach (var (id, destination) in destinations)
        {
            var uri = new Uri(destination.Address);
            if (IsName(uri))
                names.Add((destination, uri, LookUpAsync(uri.Host, cancellationToken)));
            else
                resolved[id] = destination;
        }

        var period = options.DnsRefreshPeriod;
        foreach (var (destination, uri, addresses) in names)
        {
            var known = await addresses;
            if (known.Length == 0 && options.DnsRetryPeriod < period)
                period = options.DnsRetryPeriod;
            foreach (var address in known)
            {
                var url = new UriBuilder(uri) { Host = address.ToString() }.Uri.ToString();
                resolved[url] = destination with { Address = url, Host = uri.Authority };
            }
        }

        var refresh = names.Count > 0 ? new CancellationChangeToken(new CancellationTokenSource(period, time).Token) : null;
        return new ResolvedDestinationCollection(resolved, refresh);
    }

    private static bool IsName(Uri uri) => uri.HostNameType == UriHostNameType.Dns && !uri.IsLoopback && !DestinationAddress.IsSocket(uri.Host, out _);

    private async Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(options.DnsTimeout);
            var addresses = await hosts.ResolveAsync(host, timeout.Token);
            if (addresses.Length > 0)
            {
                if (_failing.TryRemove(host, out _))
                    Log.NameResolvedAgain(logger, host);
                _lastGood[host] = (addresses, time.GetTimestamp());
                return addresses;
            }

            return Last(host, "it has no address", options.AddressesWithoutName);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return Last(host, e.Message, options.AddressesWithoutName);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            return Last(host, e.Message, options.AddressesWithoutAnswer);
        }
    }

    /// <param name="most">For how long after they were true they are used.</param>
    private IPAddress[] Last(string host, string reason, TimeSpan most)
    {
        // Said once, not every few seconds.
        if (_failing.TryAdd(host, reason))
            Log.NameNotResolved(logger, host, reason);
        if (!_lastGood.TryGetValue(host, out var last) || time.GetElapsedTime(last.Since) < most)
            return last.Addresses ?? [];
        if (_lastGood.TryRemove(host, out _))
            Log.AddressesDropped(logger, host, (int)most.TotalSeconds);
        return [];
    }
}
