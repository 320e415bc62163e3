namespace Rerank.Router.Health;

internal static class HealthRoutes
{
    /// <summary>Liveness never depends on load or on hosts: a restart of the router would mend neither.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var readiness = routes.ServiceProvider.GetRequiredService<Readiness>();
        routes.MapGet("/health/live", context => context.Response.WriteAsync("live\n", context.RequestAborted));
        routes.MapGet("/health/ready", context =>
        {
            var reason = readiness.Reason;
            if (reason is not null)
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync((reason ?? "ready") + "\n", context.RequestAborted);
        });
    }
}
