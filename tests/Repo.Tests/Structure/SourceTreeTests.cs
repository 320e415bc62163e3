namespace Rerank.Repo.Tests.Structure;

public class SourceTreeTests
{
    private const int MaxLines = 400;

    private static readonly string[] NotFeatures = ["Utils", "Util", "Helpers", "Helper", "Managers", "Services", "Common", "Misc", "Shared"];

    [Fact]
    public void Files_OfSrc_AreShort() => Assert.All(
        Repository.Files("src", "*.cs"),
        file => Assert.True(File.ReadLines(Repository.PathOf(file)).Count() <= MaxLines, $"{file} has more than {MaxLines} lines"));

    [Fact]
    public void Folders_OfSrc_AreNamedAfterFeatures() => Assert.All(
        Repository.Files("src", "*"),
        file => Assert.Empty(file.Split('/').Intersect(NotFeatures, StringComparer.OrdinalIgnoreCase)));

    [Fact]
    public void Namespaces_OfSrc_AreThoseOfTheirFolders() => Assert.All(
        Repository.Files("src", "*.cs").Where(file => !file.EndsWith("/Program.cs", StringComparison.Ordinal)),
        file => Assert.Contains(
            $"namespace Rerank.{Path.GetDirectoryName(file)!["src/".Length..].Replace('/', '.')};",
            File.ReadLines(Repository.PathOf(file))));
}
