using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Rerank.Http;

/// <summary>What an address is for.</summary>
public enum ListenerGroup
{
    Main,
    Admin,
    Probe,
}

/// <summary>One server with addresses for several purposes: every connection knows by which it came. Never the Host header, which the caller writes.</summary>
public static class ListenerGroups
{
    public static void ListenOn(this KestrelServerOptions kestrel, IEnumerable<string> urls, ListenerGroup group)
    {
        ArgumentNullException.ThrowIfNull(urls);
        var origin = new Origin(group);
        foreach (var address in urls.Select(ListenAddress.Parse))
            address.Listen(kestrel, Mark);

        void Mark(ListenOptions listener) => listener.Use(next => connection =>
        {
            connection.Features.Set(origin);
            return next(connection);
        });
    }

    /// <summary>Of the connection that a request came in on, whose features are visible in it.</summary>
    public static ListenerGroup GroupOf(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Features.GetRequiredFeature<Origin>().Group;
    }

    private sealed record Origin(ListenerGroup Group);
}
