using Rerank.Dialects;
using Rerank.Http;
using Rerank.Router.Serving;

namespace Rerank.Router.Health;

internal static class HealthRoutes
{
    /// <summary>Liveness never depends on load or on hosts: a restart of the router would mend neither.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var readiness = routes.ServiceProvider.GetRequiredService<Readiness>();
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        Map("/health/live", context => context.Response.WriteAsync("live\n", context.RequestAborted));
        Map("/health/ready", context =>
        {
            var reason = readiness.Reason;
            context.Response.StatusCode = StatusOf(reason);
            return context.Response.WriteAsync((reason ?? "ready") + "\n", context.RequestAborted);
        });

        Map(HealthAnswers.NimLivePath, context => RerankResponses.WriteAsync(context, StatusCodes.Status200OK, HealthAnswers.WriteNimLive));
        Map(HealthAnswers.NimReadyPath, context =>
        {
            var reason = readiness.Reason;
            return RerankResponses.WriteAsync(context, StatusOf(reason), body => HealthAnswers.WriteNimReady(body, reason));
        });
        foreach (var path in HealthAnswers.Paths)
        {
            Map(path, context =>
            {
                var reason = readiness.Reason;
                return RerankResponses.WriteAsync(context, StatusOf(reason), body => HealthAnswers.Write(body, reason, time.GetUtcNow()));
            });
        }

        void Map(string path, RequestDelegate handler) => routes.MapRead(path, handler, RerankResponses.RefuseMethodAsync);
    }

    private static int StatusOf(string? reason) => reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}
