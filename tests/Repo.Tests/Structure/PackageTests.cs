using System.Text.RegularExpressions;
using System.Xml.Linq;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Structure;

/// <summary>Every package has a reason in docs/dependencies.md, and every reason a package.</summary>
public partial class PackageTests
{
    [Fact]
    public void Packages_Pinned_AreThoseOfTheDocumentation()
    {
        var pinned = XDocument.Load(Repository.File("Directory.Packages.props")).Descendants()
            .Where(element => element.Name.LocalName is "PackageVersion" or "GlobalPackageReference")
            .Select(element => (string)element.Attribute("Include")!);
        var explained = File.ReadLines(Repository.File("docs/dependencies.md"))
            .Select(line => Entry().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);

        Assert.Equal(pinned.Order(StringComparer.Ordinal), explained.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `([^`]+)` \| .{10,} \|$")]
    private static partial Regex Entry();
}
