using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Images;

/// <summary>On the cluster of the test environment, which makes images without Docker.</summary>
internal sealed class TestEnvironmentImages : IImageLoader
{
    public Task LoadAsync(ProgramImage image, CancellationToken cancellationToken) =>
        Command.RequireAsync(TestEnvironment.Tool("cluster"), ["dotnet", image.Name, image.Directory, image.Assembly], cancellationToken);
}
