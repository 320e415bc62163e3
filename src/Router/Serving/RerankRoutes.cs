using Rerank.Dialects;

namespace Rerank.Router.Serving;

internal static class RerankRoutes
{
    /// <summary>All methods, so that a wrong one is answered in the route's dialect.</summary>
    public static void MapRerank(this IEndpointRouteBuilder routes)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<RerankEndpoint>();
        foreach (var route in RerankDialects.Routes)
            routes.Map(route.Pattern, context => endpoint.HandleAsync(context, route.Begin()));
        routes.MapFallback("{**path}", context => RerankResponses.WriteErrorAsync(context, RerankDialects.CohereV2, RerankDialects.UnknownPath(context.Request.Path)));
    }
}
