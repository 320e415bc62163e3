using Rerank.Contracts.Models;
using Rerank.RerankerHost.Models;

namespace Rerank.RerankerHost.Health;

/// <summary>
/// Live: the process answers at all, whatever its load or models. Ready: a model set is in force, every required model of it
/// is ready, and the process isn't stopping.
/// </summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health");
        health.MapGet("/live", static () => TypedResults.Text("live\n"));
        health.MapGet("/ready", static (ModelSetController models, IHostApplicationLifetime lifetime) =>
        {
            var obstacle = Obstacle(models.Status(), lifetime.ApplicationStopping.IsCancellationRequested);
            return obstacle is null
                ? TypedResults.Text("ready\n")
                : TypedResults.Text(obstacle + "\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        });
    }

    private static string? Obstacle(HostStatus status, bool stopping)
    {
        if (stopping)
            return "not ready: stopping";
        if (status.Generation == 0)
            return "not ready: no model set yet";
        return status.Ready
            ? null
            : "not ready: " + string.Join(", ", status.Models.Where(m => m.State != ModelState.Ready).Select(m => $"{m.Name} is {m.State}"));
    }
}
