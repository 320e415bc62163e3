using System.Buffers;
using System.Globalization;
using System.Text;
using Rerank.Contracts.Feedback;
using Rerank.Http;
using Rerank.Router.Serving;

namespace Rerank.Router.Feedback;

internal static class FeedbackRoutes
{
    /// <summary>All methods, so that a wrong one is told so. What routers ask each other has no text, and nothing that an id doesn't say.</summary>
    public static void MapFeedback(this IEndpointRouteBuilder routes)
    {
        routes.Map(FeedbackApi.Path, routes.ServiceProvider.GetRequiredService<FeedbackEndpoint>().HandleAsync);

        var router = routes.ServiceProvider.GetRequiredService<RequestIds>().Router.ToString("x8", CultureInfo.InvariantCulture);
        routes.MapRead(FeedbackApi.RouterPath, context => RerankResponses.WriteAsync(context, StatusCodes.Status200OK, body => body.Write(Encoding.ASCII.GetBytes(router))), RerankResponses.RefuseMethodAsync);

        var book = routes.ServiceProvider.GetRequiredService<AnswerBook>();
        routes.MapRead(FeedbackApi.AnswersPath + "{id}", context =>
        {
            var isKnown = Guid.TryParse(context.GetRouteValue("id") as string, out var id) && book.Find(id) is not null;
            context.Response.StatusCode = isKnown ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }, RerankResponses.RefuseMethodAsync);
    }
}
