using System.Text.RegularExpressions;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Docs;

/// <summary>docs/operations.md names everything that operators meet.</summary>
public sealed partial class OperationsTests
{
    private static readonly string Page = File.ReadAllText(Repository.File("docs", "operations.md"));

    [Fact]
    public void Metrics_OfAllPrograms_AreListed() => Assert.All(
        Find("src", MetricName()), name => Assert.Contains($"`{name}`", Page, StringComparison.Ordinal));

    [Fact]
    public void Metrics_Listed_Exist()
    {
        var made = Find("src", MetricName()).ToHashSet();
        Assert.All(ListedMetric().Matches(Page).Select(match => match.Groups[1].Value), name => Assert.Contains(name, made));
    }

    [Fact]
    public void Reasons_OfPipelinesAndModels_AreListed()
    {
        string[] reasons =
        [
            .. Reason().Matches(File.ReadAllText(Repository.File("src", "Operator", "Status", "Reasons.cs"))).Select(match => match.Groups[1].Value),
            .. Reason().Matches(File.ReadAllText(Repository.File("src", "Operator", "Revisions", "RolloutReasons.cs"))).Select(match => match.Groups[1].Value),
            .. Reason().Matches(File.ReadAllText(Repository.File("src", "Contracts", "Models", "ModelFailure.cs"))).Select(match => match.Groups[1].Value),
        ];
        Assert.NotEmpty(reasons);
        Assert.All(reasons, reason => Assert.Contains($"`{reason}`", Page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Find(string folder, Regex pattern) =>
        Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => pattern.Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Distinct();

    [GeneratedRegex("\"((?:controller_runtime|workqueue|leader_election|rest_client|rerank|te)_[a-z_]+)\"")]
    private static partial Regex MetricName();

    [GeneratedRegex("`((?:controller_runtime|workqueue|leader_election|rest_client|rerank|te)_[a-z_]+)`")]
    private static partial Regex ListedMetric();

    [GeneratedRegex(@"const string \w+ = nameof\((\w+)\);")]
    private static partial Regex Reason();
}
