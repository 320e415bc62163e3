using Rerank.TestKit;

namespace Rerank.Repo.Tests.Crds;

/// <summary>
/// The test environment's <c>crdcheck</c>: an API server's own validation of CRDs and objects, CEL rules and their cost included.
/// </summary>
internal static class CrdCheck
{
    /// <param name="files">Relative to the repository.</param>
    /// <returns>Its output, one verdict a line, about files as they are named here.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(string mode, params IEnumerable<string> files)
    {
        string[] arguments = [.. SourceFiles.Below("config/crds", "*.yaml").Select(Full), mode, .. files.Select(Full)];
        var result = await Command.RunAsync(TestEnvironment.Tool("crdcheck"), arguments, TestContext.Current.CancellationToken);
        Assert.Equal("", result.Error);
        return result.Output.Replace($"{Repository.Root}/", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Full(string file) => Repository.File(file);
}
