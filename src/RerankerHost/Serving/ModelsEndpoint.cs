using Rerank.Contracts.Models;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Serving;

/// <summary><c>GET /v1/models</c>: the models that can be asked now.</summary>
internal static class ModelsEndpoint
{
    public static void MapModels(this WebApplication app)
    {
        var started = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var path in ModelList.Paths)
        {
            app.MapRead(path, (HttpContext http, ModelRegistry models, Scheduler scheduler, ServeOptions options) =>
            {
                var ready = models.Names.Where(named => named.Model.Status.State == ModelState.Ready);
                return JsonAnswer.SendAsync(http, StatusCodes.Status200OK, output => ModelList.Write(output, ready.Select(named => new ListedModel(named.Name, started)
                {
                    MaxInputTokens = named.Model.Spec.Contract.MaxInputTokens,
                    Queue = (scheduler.Pairs, scheduler.Backlog / options.MaxQueue),
                })));
            }, JsonAnswer.RefuseMethodAsync);
        }
    }
}
