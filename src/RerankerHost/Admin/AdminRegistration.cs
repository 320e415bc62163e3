using Rerank.Contracts.Admin;
using Rerank.Http;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Admin;

internal static class AdminRegistration
{
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddSingleton(provider => new AdminToken(provider.GetRequiredService<ServeOptions>().AdminTokenFile
            ?? throw new InvalidOperationException("there is no admin token file")))
        .AddSingleton<AdminEndpoints>();

    public static void MapAdmin(this WebApplication app)
    {
        if (app.Services.GetRequiredService<ServeOptions>().AdminUrls.Count == 0)
            return;
        var endpoints = app.Services.GetRequiredService<AdminEndpoints>();
        app.MapPut(AdminProtocol.DesiredPath, endpoints.PutDesiredAsync);
        app.MapMethods(AdminProtocol.StatusPath, [HttpMethods.Get, HttpMethods.Head], endpoints.GetStatusAsync);
    }
}
