using Rerank.Contracts.Scoring;
using Rerank.Dialects;

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

        var tokenize = ActivatorUtilities.CreateFactory<TokenizeHandler>([typeof(TokenizeConversation)]);
        foreach (var route in HostRoutes.All)
        {
            // Whoever adds a route adds what answers it.
            RequestDelegate answer = route == HostRoutes.Tokenize
                ? http => tokenize(services, [new TokenizeConversation()]).HandleAsync(http)
                : throw new InvalidOperationException($"nothing answers {route.Pattern}");
            app.Map(route.Pattern, answer);
        }

        app.Map(ScoreApi.Path, services.GetRequiredService<ScoreHandler>().HandleAsync);
        app.MapFallback("{**path}", RefuseAsync);
    }

    private static Task RefuseAsync(HttpContext http) => JsonAnswer.SendAsync(
        http, StatusCodes.Status404NotFound, output => RerankDialects.CohereV2.WriteError(output, RerankDialects.UnknownPath(http.Request.Path)));
}
