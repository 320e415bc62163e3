using System.Text.RegularExpressions;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Structure;

public partial class SourceTreeTests
{
    private const int MaxLines = 400;

    private static readonly string[] NotFeatures = ["Utils", "Util", "Helpers", "Helper", "Managers", "Services", "Common", "Misc", "Shared"];

    [Fact]
    public void Files_OfSrc_AreShort() => Assert.All(
        SourceFiles.Below("src", "*.cs").Where(file => !file.EndsWith(".g.cs", StringComparison.Ordinal)),
        file => Assert.True(File.ReadLines(Repository.File(file)).Count() <= MaxLines, $"{file} has more than {MaxLines} lines"));

    [Fact]
    public void Folders_OfSrc_AreNamedAfterFeatures() => Assert.All(
        SourceFiles.Below("src", "*"),
        file => Assert.Empty(file.Split('/').Intersect(NotFeatures, StringComparer.OrdinalIgnoreCase)));

    [Fact]
    public void Namespaces_OfSrc_AreThoseOfTheirFolders() => Assert.All(
        SourceFiles.Below("src", "*.cs").Where(file => !file.EndsWith("/Program.cs", StringComparison.Ordinal)),
        file => Assert.Contains(
            $"namespace Rerank.{Path.GetDirectoryName(file)!["src/".Length..].Replace('/', '.')};",
            File.ReadLines(Repository.File(file))));

    /// <summary>A template without its dollar sign compiles, and is what people read.</summary>
    [Fact]
    public void Templates_OfSrc_AreInterpolated() => Assert.All(
        SourceFiles.Below("src", "*.cs").Where(file => !file.EndsWith(".g.cs", StringComparison.Ordinal)),
        file => Assert.All(File.ReadLines(Repository.File(file)), line => Assert.DoesNotMatch(PlainTemplate(), line)));

    [GeneratedRegex("""^[^$]*"[^"$]*\{[A-Za-z]\w*[.(][^"$]*"[^$]*$""")]
    private static partial Regex PlainTemplate();
}
