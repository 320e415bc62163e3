using Rerank.Contracts.Models;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Health;

/// <summary>
/// Live: the process can still be of use, whatever its load (<see cref="Liveness"/>). Ready: a model set is in force, every required model of it
/// is ready, and the process isn't stopping.
/// </summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapRead("/health/live", static (Liveness liveness) =>
        {
            var obstacle = liveness.Obstacle();
            return TypedResults.Text((obstacle ?? "live") + "\n", statusCode: StatusOf(obstacle));
        }, JsonAnswer.RefuseMethodAsync);
        routes.MapRead("/health/ready", static (ModelSetController models, IHostApplicationLifetime lifetime) =>
        {
            var obstacle = Obstacle(models.Status(), lifetime.ApplicationStopping.IsCancellationRequested);
            return TypedResults.Text((obstacle ?? "ready") + "\n", statusCode: StatusOf(obstacle));
        }, JsonAnswer.RefuseMethodAsync);

        routes.MapRead(HealthAnswers.NimLivePath, static (HttpContext http, Liveness liveness) => JsonAnswer.SendAsync(http, StatusOf(liveness.Obstacle()), HealthAnswers.WriteNimLive), JsonAnswer.RefuseMethodAsync);
        routes.MapRead(HealthAnswers.NimReadyPath, static (HttpContext http, ModelSetController models, IHostApplicationLifetime lifetime) =>
        {
            var obstacle = Obstacle(models.Status(), lifetime.ApplicationStopping.IsCancellationRequested);
            return JsonAnswer.SendAsync(http, StatusOf(obstacle), output => HealthAnswers.WriteNimReady(output, obstacle));
        }, JsonAnswer.RefuseMethodAsync);
        foreach (var path in HealthAnswers.Paths)
        {
            routes.MapRead(path, static (HttpContext http, ModelSetController models, IHostApplicationLifetime lifetime, TimeProvider time) =>
            {
                var obstacle = Obstacle(models.Status(), lifetime.ApplicationStopping.IsCancellationRequested);
                return JsonAnswer.SendAsync(http, StatusOf(obstacle), output => HealthAnswers.Write(output, obstacle, time.GetUtcNow()));
            }, JsonAnswer.RefuseMethodAsync);
        }
    }

    private static int StatusOf(string? obstacle) => obstacle is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

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
