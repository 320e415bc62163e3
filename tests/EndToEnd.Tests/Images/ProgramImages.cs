using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Images;

/// <summary>The programs under test, published as their Dockerfiles do it.</summary>
internal static class ProgramImages
{
    public const string Client = "rerank-e2e-client";

    // Repository of the chart's values, project, its settings.
    private static readonly (string Repository, string Project, string[] Options)[] All =
    [
        ("rerank-operator", "src/Operator", ["-p:LocalMode=false"]),
        ("rerank-router", "src/Router", []),
        ("reranker-host", "src/RerankerHost", []),
        (Client, "tests/EndToEnd.Client", []),
    ];

    /// <summary>Publishes every program and makes the images REPOSITORY:<paramref name="tag"/> of them.</summary>
    public static async Task LoadAsync(IImageLoader loader, string tag, CancellationToken cancellationToken)
    {
        foreach (var (repository, project, options) in All)
        {
            var name = Path.GetFileName(project);
            var directory = Repository.File("artifacts", "e2e", name);
            // Nothing is restored here: a restore would be in the way of a build that runs at the same time.
            await Command.RequireAsync(
                "dotnet",
                [
                    "publish", Repository.File(project), "-c", "Release", "-r", "linux-x64", "--no-self-contained", "--no-restore", "-o", directory,
                    "--disable-build-servers", .. options,
                ],
                cancellationToken);
            if (repository == Client)
                DisturbedModels.Write(Path.Combine(directory, DisturbedModels.Folder));
            await loader.LoadAsync(new($"{repository}:{tag}", directory, $"{name}.dll"), cancellationToken);
        }
    }
}
