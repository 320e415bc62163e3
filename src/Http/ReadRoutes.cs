using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Rerank.Http;

/// <summary>Addresses that are only read.</summary>
public static class ReadRoutes
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>By GET, and by HEAD, which is the same without a body (RFC 9110, 9.3.2): probes of load balancers and container platforms use it.</summary>
    /// <param name="handler">A route handler, as of <c>MapGet</c>; the server leaves its body out of the answer to a HEAD.</param>
    /// <param name="refuse">Answers 405 to any other method.</param>
    public static void MapRead(this IEndpointRouteBuilder routes, string pattern, Delegate handler, RequestDelegate refuse)
    {
        routes.MapMethods(pattern, Methods, handler);
        MapOthers(routes, pattern, refuse);
    }

    /// <inheritdoc cref="MapRead(IEndpointRouteBuilder, string, Delegate, RequestDelegate)"/>
    public static void MapRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler, RequestDelegate refuse)
    {
        routes.MapMethods(pattern, Methods, handler);
        MapOthers(routes, pattern, refuse);
    }

    private static void MapOthers(IEndpointRouteBuilder routes, string pattern, RequestDelegate refuse) => routes.Map(pattern, http =>
    {
        http.Response.Headers.Allow = string.Join(", ", Methods);
        return refuse(http);
    });
}
