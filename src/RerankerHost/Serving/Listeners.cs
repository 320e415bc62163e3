using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Rerank.Http;

namespace Rerank.RerankerHost.Serving;

/// <summary>What an address is for. Every path is served on one or two groups only.</summary>
internal enum ListenerGroup
{
    Main,
    Admin,
    Probe,
}

internal static class Listeners
{
    public static void Configure(KestrelServerOptions kestrel, ServeOptions options)
    {
        Listen(kestrel, options.Urls, ListenerGroup.Main);
        Listen(kestrel, options.AdminUrls, ListenerGroup.Admin);
        Listen(kestrel, options.ProbeUrls, ListenerGroup.Probe);
    }

    /// <summary>Answers 404 to a path that isn't served on the address that the request came in on.</summary>
    public static Task SeparateAsync(HttpContext http, RequestDelegate next)
    {
        // A connection's features are visible in every request on it.
        var group = http.Features.GetRequiredFeature<Origin>().Group;
        if (Serves(group, http.Request.Path))
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

    public static bool IsAdmin(HttpContext http) => http.Features.GetRequiredFeature<Origin>().Group == ListenerGroup.Admin;

    private static void Listen(KestrelServerOptions kestrel, IReadOnlyList<string> urls, ListenerGroup group)
    {
        foreach (var address in urls.Select(ListenAddress.Parse))
            address.Listen(kestrel, Mark);

        void Mark(ListenOptions listen) => listen.Use(next => connection =>
        {
            connection.Features.Set(new Origin(group));
            return next(connection);
        });
    }

    private sealed record Origin(ListenerGroup Group);
}
