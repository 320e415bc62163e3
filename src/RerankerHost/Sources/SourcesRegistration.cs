using System.Net;

namespace Rerank.RerankerHost.Sources;

internal static class SourcesRegistration
{
    public static IServiceCollection AddSources(this IServiceCollection services)
    {
        services
            .AddSingleton(new SourceOptions())
            .AddSingleton<FileHashes>()
            .AddSingleton<BlobStore>()
            .AddSingleton<ArtifactClient>()
            .AddSingleton<ArtifactDownload>()
            .AddSingleton<DownloadedFiles>()
            .AddSingleton<ModelFiles>();

        // The factory's own log lines would hold addresses, and with them the signatures of redirects.
        services.AddHttpClient(ArtifactClient.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.None,
                ConnectTimeout = provider.GetRequiredService<SourceOptions>().ConnectTimeout,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            });
        return services;
    }
}
