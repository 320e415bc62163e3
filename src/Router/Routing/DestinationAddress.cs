using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Rerank.Router.Routing;

/// <summary>
/// The two forms of a cluster's address. YARP knows destinations as URLs, so a socket becomes a host below a top-level domain that never
/// resolves (RFC 6761), and <see cref="DestinationConnector"/> turns it back into a path.
/// </summary>
internal static partial class DestinationAddress
{
    private const string SocketScheme = "unix:";
    private const string SocketDomain = ".socket.invalid";

    public const string Expected = "http://HOST:PORT or unix:NAME (lower-case letters, digits, '.', '-')";

    public static bool TryParse(string address, [NotNullWhen(true)] out Uri? destination)
    {
        destination = null;
        if (address.StartsWith(SocketScheme, StringComparison.Ordinal))
        {
            var name = address[SocketScheme.Length..];
            if (!SocketName().IsMatch(name) || name.Contains("..", StringComparison.Ordinal))
                return false;
            destination = new Uri($"http://{name}{SocketDomain}/");
            return true;
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.Host.Length == 0)
            return false;
        if (uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
            return false;
        if (uri.Host.EndsWith(SocketDomain, StringComparison.Ordinal))
            return false;

        destination = uri;
        return true;
    }

    public static bool IsSocket(string host, out ReadOnlySpan<char> name)
    {
        var found = host.EndsWith(SocketDomain, StringComparison.Ordinal);
        name = found ? host.AsSpan(0, host.Length - SocketDomain.Length) : default;
        return found;
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex SocketName();
}
