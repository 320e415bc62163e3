using System.Net;

namespace Rerank.Programs.Proxies;

/// <summary>
/// What <c>NO_PROXY</c> says, as Go's programs read it, kubectl among them: names, alone (<c>example.com</c>, with all below it) or with a dot in front (<c>.example.com</c>, only what is below it), addresses,
/// ranges (<c>10.0.0.0/8</c>), each but ranges with a port where only that is meant, and <c>*</c> for all. What is on this machine never goes through a proxy.
/// </summary>
internal sealed class ProxyExceptions
{
    private static readonly char[] Separators = [',', ' ', '\t'];

    private readonly List<IPNetwork> _ranges = [];
    private readonly List<(IPAddress Address, int? Port)> _addresses = [];
    private readonly List<(string Name, bool OnlyBelow, int? Port)> _names = [];
    private readonly bool _all;

    public ProxyExceptions(string? text)
    {
        foreach (var entry in (text ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (entry == "*")
                _all = true;
            else if (Range(entry) is { } range)
                _ranges.Add(range);
            else
                Add(entry.ToLowerInvariant());
        }
    }

    public bool Contains(Uri destination)
    {
        if (_all || destination.IsLoopback)
            return true;
        var name = destination.IdnHost.ToLowerInvariant().TrimEnd('.');
        if (name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal))
            return true;
        if (!IPAddress.TryParse(name, out var address))
            return _names.Any(n => IsOf(n.Port, destination) && (name.EndsWith("." + n.Name, StringComparison.Ordinal) || (!n.OnlyBelow && name == n.Name)));

        address = Plain(address);
        return IPAddress.IsLoopback(address)
            || _addresses.Any(a => IsOf(a.Port, destination) && a.Address.Equals(address))
            || _ranges.Any(r => r.Contains(address));
    }

    private static bool IsOf(int? port, Uri destination) => port is null || port == destination.Port;

    private void Add(string entry)
    {
        var (host, port) = Split(entry);
        if (IPAddress.TryParse(host, out var address))
        {
            _addresses.Add((Plain(address), port));
            return;
        }

        // As *.example.com, which many write.
        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host[1..] : host;
        if (name.Trim('.').Length > 0)
            _names.Add((name.Trim('.'), name[0] == '.', port));
    }

    // As Go has it, what is behind the prefix may be anything.
    private static IPNetwork? Range(string entry)
    {
        if (entry.Split('/') is not [var start, var length] || !IPAddress.TryParse(start, out var address) || !byte.TryParse(length, out var prefix))
            return null;
        var bytes = address.GetAddressBytes();
        if (prefix > bytes.Length * 8)
            return null;
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xff00 >> Math.Clamp(prefix - (i * 8), 0, 8));
        return new(new IPAddress(bytes), prefix);
    }

    private static (string Host, int? Port) Split(string entry)
    {
        if (entry[0] == '[' && entry.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            return (entry[1..end], PortOf(entry[(end + 1)..].TrimStart(':')));

        // More colons than one are an address without brackets.
        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || colon != entry.LastIndexOf(':') ? (entry, null) : (entry[..colon], PortOf(entry[(colon + 1)..]));
    }

    private static int? PortOf(string text) => ushort.TryParse(text, out var port) ? port : null;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());
}
