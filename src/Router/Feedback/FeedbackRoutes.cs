using Rerank.Contracts.Feedback;

namespace Rerank.Router.Feedback;

internal static class FeedbackRoutes
{
    /// <summary>All methods, so that a wrong one is told so.</summary>
    public static void MapFeedback(this IEndpointRouteBuilder routes) =>
        routes.Map(FeedbackApi.Path, routes.ServiceProvider.GetRequiredService<FeedbackEndpoint>().HandleAsync);
}
