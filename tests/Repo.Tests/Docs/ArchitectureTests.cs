using System.Text.RegularExpressions;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Docs;

/// <summary>docs/architecture.md tells the way of a request and of a reconcile file by file: each of them is there.</summary>
public sealed partial class ArchitectureTests
{
    public static TheoryData<string, string, int> Ways => new()
    {
        { "## Reconciling", "Operator", 25 },
        { "## A request", "Router", 24 },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Files_OfAWay_AreThere(string heading, string project, int fewest)
    {
        var page = File.ReadAllText(Repository.File("docs", "architecture.md"));
        var section = page[page.IndexOf(heading, StringComparison.Ordinal)..];
        var table = section[section.IndexOf("| step | files", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];
        var files = FileName().Matches(table).Select(match => match.Groups[1].Value).ToList();

        Assert.True(files.Count >= fewest, $"{files.Count} files");
        Assert.All(files, file => Assert.True(IsThere(project, file), $"there is no {file}"));
    }

    private static bool IsThere(string project, string file) =>
        File.Exists(Repository.File("src", project, $"{file}.cs")) || File.Exists(Repository.File("src", $"{file}.cs"));

    // Those with a folder: other words of the table name types.
    [GeneratedRegex("`([A-Z][A-Za-z.]*(?:/[A-Z][A-Za-z]*)+)`")]
    private static partial Regex FileName();
}
