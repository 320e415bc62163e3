using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Rerank.Http;

/// <summary>What keeps clients that keep connections open from losing requests when a server stops.</summary>
public static class ClosingConnections
{
    /// <summary>
    /// On the way out every answer ends its connection, so that whoever keeps connections open goes elsewhere before this server closes them: a
    /// request that crosses with the close would be lost (RFC 9112, 9.6).
    /// </summary>
    /// <param name="isStopping">Asked when an answer begins.</param>
    public static IApplicationBuilder UseClosingConnections(this IApplicationBuilder app, Func<bool> isStopping) => app.Use((http, next) =>
    {
        http.Response.OnStarting(
            static state =>
            {
                var (isStopping, response) = ((Func<bool>, HttpResponse))state;
                if (isStopping())
                    response.Headers.Connection = "close";
                return Task.CompletedTask;
            },
            (isStopping, http.Response));
        return next(http);
    });
}
