using Microsoft.AspNetCore.Server.Kestrel.Core;
using Rerank.Http;

namespace Rerank.Router.Hosting;

/// <summary>The ports for applications, for probes and for the operator: one server, and every connection knows by which it came.</summary>
internal static class Listeners
{
    private enum Purpose
    {
        Probe,
        Admin,
    }

    public static void Configure(KestrelServerOptions kestrel, RouterOptions options)
    {
        kestrel.AddServerHeader = false;

        // The routing table sets the limit, and the answer to a body above it has the dialect's shape.
        kestrel.Limits.MaxRequestBodySize = null;

        // As hosts have it: what has come of a body that nobody reads yet is counted nowhere.
        kestrel.Limits.MaxRequestBufferSize = 128 * 1024;
        Listen(kestrel, options.Urls, static _ => { });
        if (options.AdminUrls is { } adminUrls)
            Listen(kestrel, adminUrls, listener => Mark(listener, Origin.Admin));
        if (options.ProbeUrls is { } probeUrls)
            Listen(kestrel, probeUrls, listener => Mark(listener, Origin.Probe));
    }

    /// <summary>By the connection, never by the Host header, which the caller writes.</summary>
    public static bool IsAdmin(HttpContext context) => PurposeOf(context) == Purpose.Admin;

    /// <summary>
    /// Health alone and metrics on the addresses for probes, and no metrics beside them: what a Service or an Ingress shows to applications doesn't tell how many there are
    /// and how they do. Health stays with what applications call too: load balancers and client libraries ask there.
    /// </summary>
    public static void UseProbeAddresses(this IApplicationBuilder app) => app.Use(next => context =>
    {
        var path = context.Request.Path;
        var isMetrics = path.StartsWithSegments("/metrics");
        if (PurposeOf(context) == Purpose.Probe ? isMetrics || path.StartsWithSegments("/health") : !isMetrics)
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });

    private static Purpose? PurposeOf(HttpContext context) => context.Features.Get<Origin>()?.Purpose;

    private static void Listen(KestrelServerOptions kestrel, string urls, Action<ListenOptions> configure)
    {
        foreach (var url in ListenAddress.Split(urls))
            ListenAddress.Parse(url).Listen(kestrel, configure);
    }

    private static void Mark(ListenOptions listener, Origin origin) => listener.Use(next => connection =>
    {
        connection.Features.Set(origin);
        return next(connection);
    });

    private sealed class Origin(Purpose purpose)
    {
        public static Origin Probe { get; } = new(Purpose.Probe);

        public static Origin Admin { get; } = new(Purpose.Admin);

        public Purpose Purpose { get; } = purpose;
    }
}
