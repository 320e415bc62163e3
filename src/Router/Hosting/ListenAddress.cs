using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Rerank.Programs.Http;

namespace Rerank.Router.Hosting;

/// <summary>One address to listen on, as in <c>--urls</c>.</summary>
internal sealed record ListenAddress(BindingAddress Address)
{
    public static bool TryParseAll(string urls, [NotNullWhen(true)] out IReadOnlyList<ListenAddress>? addresses, [NotNullWhen(false)] out string? error)
    {
        addresses = null;
        error = null;
        var parsed = new List<ListenAddress>();
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            BindingAddress address;
            try
            {
                address = BindingAddress.Parse(url);
            }
            catch (FormatException)
            {
                error = $"{url} is not an address such as http://+:8080";
                return false;
            }

            if (!address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase) || (!address.IsUnixPipe && address.PathBase.Length > 0))
            {
                error = $"{url} must be http://HOST:PORT or http://unix:/PATH";
                return false;
            }

            parsed.Add(new ListenAddress(address));
        }

        if (parsed.Count == 0)
        {
            error = "at least one address is required";
            return false;
        }

        addresses = parsed;
        return true;
    }

    /// <exception cref="AddressInUseException">Another process listens on its socket.</exception>
    public void Listen(KestrelServerOptions kestrel, Action<ListenOptions> configure)
    {
        if (Address.IsUnixPipe)
        {
            ServerSockets.RemoveStale(Address.UnixPipePath);
            kestrel.ListenUnixSocket(Address.UnixPipePath, configure);
        }
        else if (IPAddress.TryParse(Address.Host, out var ip))
            kestrel.Listen(ip, Address.Port, configure);
        else if (Address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            kestrel.ListenLocalhost(Address.Port, configure);
        else
            kestrel.ListenAnyIP(Address.Port, configure);
    }
}
