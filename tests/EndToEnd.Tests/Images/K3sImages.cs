using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Images;

/// <summary>On K3s in Docker: built by Docker on the base of the real images, then imported by the node.</summary>
internal sealed class K3sImages(ClusterFixture cluster) : IImageLoader
{
    public async Task LoadAsync(ProgramImage image, CancellationToken cancellationToken)
    {
        var dockerfile = $"""
            FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
            COPY . /app
            USER 1654:1654
            ENTRYPOINT ["dotnet", "/app/{image.Assembly}"]
            """;
        var archive = Path.Combine(Path.GetTempPath(), $"{Path.GetFileName(image.Directory)}-{Guid.NewGuid():n}.tar");
        try
        {
            await Command.RequireAsync("docker", ["build", "-q", "-t", image.Name, "-f", "-", image.Directory], cancellationToken, dockerfile);
            await Command.RequireAsync("docker", ["save", "-o", archive, image.Name], cancellationToken);
            await cluster.ImportImageAsync(archive, cancellationToken);
        }
        finally
        {
            File.Delete(archive);
        }
    }
}
