using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Rerank.Http;

/// <summary>One address to listen on: a port on every, the loopback or one interface, or a Unix domain socket.</summary>
/// <param name="Host"><c>+</c>, <c>localhost</c> or an IP address; empty with a socket.</param>
public sealed record ListenAddress(string Host, int Port, string? SocketPath = null)
{
    /// <summary>Those of an option that takes several.</summary>
    public static string[] Split(string urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    public static ListenAddress Parse(string url) =>
        TryParse(url, out var address, out var problem) ? address : throw new FormatException($"{url}: {problem}");

    public static bool TryParse(string url, [NotNullWhen(true)] out ListenAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        BindingAddress binding;
        try
        {
            binding = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            problem = "not an address such as http://+:8080 or http://unix:/run/host.sock";
            return false;
        }

        problem = Problem(binding);
        if (problem is not null)
            return false;
        address = binding.IsUnixPipe
            ? new ListenAddress("", -1, binding.UnixPipePath)
            : new ListenAddress(binding.Host == "*" ? "+" : binding.Host.ToLowerInvariant(), binding.Port);
        return true;
    }

    private static string? Problem(BindingAddress binding)
    {
        if (binding.Scheme != "http")
            return "only http is served; put a proxy in front for https";
        if (binding.IsUnixPipe)
            return Path.IsPathRooted(binding.UnixPipePath) ? null : "the path of a Unix socket must be absolute";
        if (binding.PathBase.Length > 0)
            return "an address has no path";
        if (binding.Port is < 0 or > 65535)
            return "not a port";
        return binding.Host is "+" or "*" || binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(binding.Host, out _)
            ? null
            : "the host must be +, localhost or an IP address";
    }

    /// <exception cref="AddressInUseException">Another process listens on its socket.</exception>
    public void Listen(KestrelServerOptions kestrel, Action<ListenOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        if (SocketPath is not null)
        {
            ServerSockets.RemoveStale(SocketPath);
            kestrel.ListenUnixSocket(SocketPath, configure);
        }
        else if (Host == "+")
        {
            kestrel.ListenAnyIP(Port, configure);
        }
        else if (Host == "localhost" && Port != 0)
        {
            kestrel.ListenLocalhost(Port, configure);
        }
        else
        {
            kestrel.Listen(Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(Host), Port, configure);
        }
    }
}
