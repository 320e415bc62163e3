using Microsoft.AspNetCore.Server.Kestrel.Core;
using Rerank.Http;

namespace Rerank.RerankerHost.Serving;

/// <summary>Every path is served on one or two groups of addresses only.</summary>
internal static class Listeners
{
    public static void Configure(KestrelServerOptions kestrel, ServeOptions options)
    {
        kestrel.ListenOn(options.Urls, ListenerGroup.Main);
        kestrel.ListenOn(options.AdminUrls, ListenerGroup.Admin);
        kestrel.ListenOn(options.ProbeUrls, ListenerGroup.Probe);
    }

    /// <summary>Answers 404 to a path that isn't served on the address that the request came in on.</summary>
    public static Task SeparateAsync(HttpContext http, RequestDelegate next)
    {
        if (Serves(ListenerGroups.GroupOf(http), http.Request.Path))
            return next(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    public static bool Serves(ListenerGroup group, PathString path) => group switch
    {
        ListenerGroup.Admin => path.StartsWithSegments("/admin"),
        ListenerGroup.Probe => path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics"),
        _ => !path.StartsWithSegments("/admin"),
    };

    public static bool IsAdmin(HttpContext http) => ListenerGroups.GroupOf(http) == ListenerGroup.Admin;
}
