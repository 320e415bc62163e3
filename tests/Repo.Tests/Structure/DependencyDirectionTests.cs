using System.Text.RegularExpressions;
using System.Xml.Linq;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Structure;

/// <summary>Contracts and what all programs do alike below everything, the controller runtime below the operator only, and no executable on another.</summary>
public partial class DependencyDirectionTests
{
    public static TheoryData<string, string> Allowed => new()
    {
        { "Cli", "Contracts, Evaluation" },
        { "Contracts", "" },
        { "Dialects", "Contracts" },
        { "Evaluation", "" },
        { "Http", "Contracts, Dialects" },
        { "Operator.Runtime", "" },
        { "Operator", "Contracts, Operator.Runtime, Programs" },
        { "Programs", "" },
        { "RerankerHost", "Contracts, Dialects, Http, Programs" },
        { "Router", "Contracts, Dialects, Http, Programs" },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Project_References_OnlyWhatIsBelowIt(string project, string references)
    {
        var actual = Elements(project, "ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')))
            .Order(StringComparer.Ordinal);

        Assert.Equal(references, string.Join(", ", actual));
    }

    [Fact]
    public void Projects_OfSrc_AreAllNamedHere() => Assert.Equal(
        Allowed.Select(row => row.Data.Item1).Order(StringComparer.Ordinal),
        SourceFiles.Below("src", "*.csproj").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));

    [Fact]
    public void Contracts_Packages_AreNone() => Assert.Empty(Elements("Contracts", "PackageReference").Concat(Elements("Dialects", "PackageReference")));

    [Theory]
    [InlineData("Router")]
    [InlineData("RerankerHost")]
    [InlineData("Contracts")]
    [InlineData("Dialects")]
    [InlineData("Evaluation")]
    [InlineData("Http")]
    [InlineData("Programs")]
    public void DataPlane_Packages_HaveNoKubernetesClient(string project) => Assert.DoesNotContain(
        "KubernetesClient",
        File.ReadAllText(Repository.File("src", project, "packages.lock.json")),
        StringComparison.OrdinalIgnoreCase);

    /// <summary>How a candidate is judged is pure: it knows the evidence and the spec, and neither a cluster nor a network.</summary>
    [Fact]
    public void Analysis_Uses_EvidenceAndSpecOnly()
    {
        var strangers =
            from file in SourceFiles.Below(Path.Combine("src", "Operator", "Analysis"), "*.cs")
            from Match use in Uses().Matches(File.ReadAllText(Repository.File(file)))
            select $"{file}: {use.Value}";

        Assert.Empty(strangers);
    }

    // By a using, or by a name that is relative to the namespace around it.
    [GeneratedRegex(@"^using (?!System(;|\.(?!Net))|Rerank\.(Contracts\.(Evidence|Routing)|Operator\.(Api|Analysis)(\.|;))).*;|(?<![\w.])(k8s|Runtime|Admin|Manifests|Models|Names|Pipelines|Revisions|Rollouts|Sources\.Prometheus)\.[A-Z]\w+|\bHttp[A-Z]\w+", RegexOptions.Multiline)]
    private static partial Regex Uses();

    private static IEnumerable<XElement> Elements(string project, string name) =>
        XDocument.Load(Repository.File("src", project, $"{project}.csproj")).Descendants(name);
}
