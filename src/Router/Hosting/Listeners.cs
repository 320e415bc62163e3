using Microsoft.AspNetCore.Server.Kestrel.Core;
using Rerank.Http;

namespace Rerank.Router.Hosting;

/// <summary>The ports for applications and for the operator: one server, and every connection knows by which it came.</summary>
internal static class Listeners
{
    public static void Configure(KestrelServerOptions kestrel, RouterOptions options)
    {
        kestrel.AddServerHeader = false;

        // The routing table sets the limit, and the answer to a body above it has the dialect's shape.
        kestrel.Limits.MaxRequestBodySize = null;
        Listen(kestrel, options.Urls, static _ => { });
        if (options.AdminUrls is { } adminUrls)
            Listen(kestrel, adminUrls, MarkAsAdmin);
    }

    /// <summary>By the connection, never by the Host header, which the caller writes.</summary>
    public static bool IsAdmin(HttpContext context) => context.Features.Get<AdminConnection>() is not null;

    private static void Listen(KestrelServerOptions kestrel, string urls, Action<ListenOptions> configure)
    {
        foreach (var url in ListenAddress.Split(urls))
            ListenAddress.Parse(url).Listen(kestrel, configure);
    }

    private static void MarkAsAdmin(ListenOptions listener) => listener.Use(next => connection =>
    {
        connection.Features.Set(AdminConnection.Instance);
        return next(connection);
    });

    private sealed class AdminConnection
    {
        public static AdminConnection Instance { get; } = new();
    }
}
