using Rerank.TestKit;

namespace Rerank.Repo.Tests;

internal static class SourceFiles
{
    /// <summary>Paths relative to the repository, with forward slashes, in a fixed order. Build outputs are left out.</summary>
    public static IReadOnlyList<string> Below(string folder, string pattern) =>
    [
        .. Directory.EnumerateFiles(Repository.File(folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "artifacts"))
            .Order(StringComparer.Ordinal),
    ];
}
