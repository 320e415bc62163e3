using Microsoft.AspNetCore.Server.Kestrel.Core;
using Rerank.Http;

namespace Rerank.Router.Hosting;

/// <summary>The ports for applications, for probes and for the operator: one server, and every connection knows by which it came.</summary>
internal static class Listeners
{
    public static void Configure(KestrelServerOptions kestrel, RouterOptions options)
    {
        kestrel.AddServerHeader = false;

        // The routing table sets the limit, and the answer to a body above it has the dialect's shape.
        kestrel.Limits.MaxRequestBodySize = null;

        // As hosts have it: what has come of a body that nobody reads yet is counted nowhere.
        kestrel.Limits.MaxRequestBufferSize = 128 * 1024;
        kestrel.ListenOn(ListenAddress.Split(options.Urls), ListenerGroup.Main);
        kestrel.ListenOn(ListenAddress.Split(options.AdminUrls ?? ""), ListenerGroup.Admin);
        kestrel.ListenOn(ListenAddress.Split(options.ProbeUrls ?? ""), ListenerGroup.Probe);
    }

    public static bool IsAdmin(HttpContext context) => ListenerGroups.GroupOf(context) == ListenerGroup.Admin;

    /// <summary>
    /// Health alone and metrics on the addresses for probes, and no metrics beside them: what a Service or an Ingress shows to applications doesn't tell how many there are
    /// and how they do. Health stays with what applications call too: load balancers and client libraries ask there.
    /// </summary>
    public static void UseProbeAddresses(this IApplicationBuilder app) => app.Use(next => context =>
    {
        var path = context.Request.Path;
        var isMetrics = path.StartsWithSegments("/metrics");
        if (ListenerGroups.GroupOf(context) == ListenerGroup.Probe ? isMetrics || path.StartsWithSegments("/health") : !isMetrics)
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });
}
