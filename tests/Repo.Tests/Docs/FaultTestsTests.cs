using System.Globalization;
using System.Text.RegularExpressions;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Docs;

/// <summary>docs/fault-tests.md lists every fault that is required, and the tests that play it; they exist and carry its number.</summary>
public partial class FaultTestsTests
{
    private static readonly int[] Required =
    [
        .. Enumerable.Range(1, 40), .. Enumerable.Range(43, 10), .. Enumerable.Range(55, 8), 65, 66, 72,
    ];

    private static readonly ILookup<int, string> Listed = File.ReadLines(Repository.File("docs/fault-tests.md"))
        .Select(line => Row().Match(line)).Where(match => match.Success)
        .SelectMany(match => Class().Matches(match.Groups[2].Value).Select(test => (Number: Number(match.Groups[1].Value), Test: test.Groups[1].Value)))
        .ToLookup(row => row.Number, row => row.Test);

    private static readonly ILookup<int, string> Written = SourceFiles.Below("tests", "*.cs")
        .SelectMany(file => Trait().Matches(File.ReadAllText(Repository.File(file)))
            .Select(match => (Number: Number(match.Groups[1].Value), Test: Path.GetFileNameWithoutExtension(file))))
        .Distinct()
        .ToLookup(row => row.Number, row => row.Test);

    [Fact]
    public void Faults_Required_AreAllListed() => Assert.DoesNotContain(Required, number => !Listed.Contains(number));

    [Fact]
    public void Faults_Listed_AreThoseOfTheTests() => Assert.Equal(
        Written.SelectMany(group => group.Select(test => $"T{group.Key} {test}")).Order(StringComparer.Ordinal),
        Listed.SelectMany(group => group.Select(test => $"T{group.Key} {test}")).Order(StringComparer.Ordinal));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| T(\d+) \| (.+?) \| .{10,} \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex Class();

    [GeneratedRegex("""\[Trait\("Fault", "T(\d+)"\)\]""")]
    private static partial Regex Trait();
}
