using Rerank.Contracts.Dialects;
using Rerank.Contracts.Scoring;

namespace Rerank.RerankerHost.Serving;

internal static class ScoringRoutes
{
    /// <summary>All methods, so that a wrong one is answered in the route's dialect.</summary>
    public static void MapScoring(this WebApplication app)
    {
        var services = app.Services;
        var handler = ActivatorUtilities.CreateFactory<RerankHandler>([typeof(RerankConversation)]);
        foreach (var route in RerankDialects.Routes)
            app.Map(route.Pattern, http => handler(services, [route.Begin()]).HandleAsync(http));

        app.Map(ScoreApi.Path, services.GetRequiredService<ScoreHandler>().HandleAsync);
        app.MapFallback("{**path}", RefuseAsync);
    }

    private static async Task RefuseAsync(HttpContext http)
    {
        using var output = new PooledBuffer();
        RerankDialects.CohereV2.WriteError(output, RerankDialects.UnknownPath(http.Request.Path));
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = output.Length;
        await http.Response.Body.WriteAsync(output.Written, http.RequestAborted);
    }
}
