using Rerank.Dialects;
using Rerank.Http;

namespace Rerank.Router.Passing;

internal static class PassingRoutes
{
    /// <summary>All methods, so that a wrong one is answered in the route's dialect.</summary>
    public static void MapPassing(this IEndpointRouteBuilder routes)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<PassingEndpoint>();
        foreach (var route in HostRoutes.All)
            routes.Map(route.Pattern, context => endpoint.HandleAsync(context, route)).WithMetadata(route);
    }

    /// <summary>Bodies that come compressed are decoded where they are read: those that are passed on, by the host.</summary>
    public static IApplicationBuilder UseCompressedBodiesUnlessPassed(this IApplicationBuilder app) =>
        app.UseWhen(context => context.GetEndpoint()?.Metadata.GetMetadata<HostRoute>() is null, read => read.UseCompressedBodies());
}
