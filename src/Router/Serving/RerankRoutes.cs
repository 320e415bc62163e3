using Rerank.Contracts.Dialects;

namespace Rerank.Router.Serving;

internal static class RerankRoutes
{
    /// <summary>All methods, so that a wrong one is answered in the route's dialect.</summary>
    public static void MapRerank(this IEndpointRouteBuilder routes)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<RerankEndpoint>();
        routes.Map(RerankDialects.TeiPath, context => endpoint.HandleAsync(context, RerankDialects.Tei));
        routes.Map(RerankDialects.CohereV2Path, context => endpoint.HandleAsync(context, RerankDialects.CohereV2));
        routes.MapFallback("{**path}", context => RerankResponses.WriteErrorAsync(
            context,
            RerankDialects.CohereV2,
            new RequestError(RequestErrorKind.RouteNotFound, $"there is no {context.Request.Path}; POST to {RerankDialects.CohereV2Path} or {RerankDialects.TeiPath}")));
    }
}
