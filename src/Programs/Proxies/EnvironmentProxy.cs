using System.Net;

namespace Rerank.Programs.Proxies;

/// <summary>
/// The proxies of <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c> and <c>NO_PROXY</c>, in either case. The runtime reads them too, but it knows no ranges in <c>NO_PROXY</c>, by which people
/// name pods and Services, and sends what is on this machine to the proxy.
/// </summary>
public sealed class EnvironmentProxy : IWebProxy, ICredentials
{
    private readonly Proxy? _http;
    private readonly Proxy? _https;
    private readonly ProxyExceptions _exceptions;

    private EnvironmentProxy(Proxy? http, Proxy? https, ProxyExceptions exceptions) => (_http, _https, _exceptions) = (http, https, exceptions);

    /// <summary>Only those of this proxy's own address are given.</summary>
    ICredentials? IWebProxy.Credentials { get => this; set => throw new NotSupportedException(); }

    /// <summary>For every client of this process that doesn't say otherwise. To be called before the first is made.</summary>
    /// <returns>What is wrong, without the address, which may have a password; null: nothing.</returns>
    public static string? Use()
    {
        try
        {
            if (Of(Environment.GetEnvironmentVariable) is { } proxy)
                HttpClient.DefaultProxy = proxy;
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <returns>Null when no proxy is named: then what the system says holds.</returns>
    /// <exception cref="FormatException">A variable isn't the address of a proxy.</exception>
    public static EnvironmentProxy? Of(Func<string, string?> variable)
    {
        var all = Read("ALL_PROXY", variable);
        var (http, https) = (Read("HTTP_PROXY", variable) ?? all, Read("HTTPS_PROXY", variable) ?? all);
        if (http is null && https is null)
            return null;

        // In a pod, no proxy reaches the API server's address.
        return new(http, https, new($"{Value("NO_PROXY", variable)},{variable("KUBERNETES_SERVICE_HOST")}"));
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : For(destination)!.Address;

    public bool IsBypassed(Uri host) => For(host) is null || _exceptions.Contains(host);

    NetworkCredential? ICredentials.GetCredential(Uri uri, string authType) =>
        new[] { _https, _http }.FirstOrDefault(p => p?.Credential is not null && p.Address.Authority == uri.Authority)?.Credential;

    private Proxy? For(Uri destination) => destination.Scheme is "https" or "wss" ? _https : _http;

    private static Proxy? Read(string name, Func<string, string?> variable)
    {
        if (Value(name, variable) is not { } text)
            return null;
        // Not the exception's words, nor the text: it may have a password.
        if (!Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var uri)
            || uri.Host.Length == 0
            || Scheme(uri.Scheme) is not { } scheme)
        {
            throw new FormatException($"{name} must be the address of a proxy: [http|https|socks5|socks4|socks4a://][USER:PASSWORD@]HOST[:PORT]");
        }

        // For socks the runtime wants a port; 1080 is that of the protocol.
        var port = uri.Port > 0 ? uri.Port : 1080;
        return new(new UriBuilder(scheme, uri.IdnHost, port).Uri, Credential(uri.UserInfo));
    }

    private static string? Scheme(string scheme) => scheme switch
    {
        "http" or "https" or "socks4" or "socks4a" or "socks5" => scheme,
        // Names are resolved by the proxy in both.
        "socks5h" => "socks5",
        _ => null,
    };

    private static NetworkCredential? Credential(string userInfo)
    {
        if (userInfo.Length == 0)
            return null;
        var parts = userInfo.Split(':', 2);
        return new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    private static string? Value(string name, Func<string, string?> variable) =>
        new[] { name, name.ToLowerInvariant() }.Select(variable).FirstOrDefault(v => !string.IsNullOrWhiteSpace(v))?.Trim();

    /// <param name="Address">Without credentials: errors of the runtime have it.</param>
    private sealed record Proxy(Uri Address, NetworkCredential? Credential);
}
