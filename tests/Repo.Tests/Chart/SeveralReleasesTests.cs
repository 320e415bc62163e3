using System.Text.Json.Nodes;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Chart;

/// <summary>Releases side by side, each with a namespace of its own to handle.</summary>
public sealed class SeveralReleasesTests
{
    private static readonly HashSet<string> WithoutNamespace = ["ClusterRole", "ClusterRoleBinding"];

    [Theory]
    [InlineData("team-a", "team-b", "search", "shop")]
    [InlineData("team-a", "team-b", "search", "")]
    public async Task Render_OfOneNameInTwoNamespaces_ShareNoObject(string first, string second, string handledByFirst, string handledBySecond)
    {
        var one = await ReleaseAsync(first, handledByFirst);
        var other = await ReleaseAsync(second, handledBySecond);

        Assert.Empty(one.Objects.Select(Identity).Intersect(other.Objects.Select(Identity)));
    }

    [Fact]
    public async Task Render_WatchNamespace_HasTheLeaseThere_UnderTheNameThatAllOfThemHave()
    {
        var chart = await ReleaseAsync("team-a", "search");

        Assert.Equal(("rerank-operator", "search"), (chart.Environment("Operator__LeaderElection__LeaseName"), chart.Environment("Operator__LeaderElection__Namespace")));
        var role = chart.One("Role", "rerank-operator-leader-election");
        Assert.Equal("search", (string?)role["metadata"]!["namespace"]);
        Assert.Equal("rerank-operator-leader", (string?)role["rules"]![1]!["resourceNames"]![0]);
    }

    [Fact]
    public async Task Render_AllNamespaces_HasTheLeaseInItsOwn()
    {
        var chart = await ReleaseAsync("team-a", "");

        Assert.Equal("team-a", chart.Environment("Operator__LeaderElection__Namespace"));
        // Helm writes what it has made over what the leader has written.
        Assert.DoesNotContain("Lease", chart.Kinds);
    }

    [Fact]
    public async Task Render_TwoReleasesForOneNamespace_ShareARole_SoThatHelmRefusesTheSecond()
    {
        var one = await ReleaseAsync("team-a", "search");
        var other = await RenderedChart.WithAsync("--namespace", "team-b", "--set", "crds.install=false", "--set", "watchNamespace=search", "--set", "fullnameOverride=other");

        Assert.Contains(("Role", "search", "rerank-operator-leader-election"), one.Objects.Select(Identity).Intersect(other.Objects.Select(Identity)));
    }

    [Fact]
    public async Task Render_DefaultResourcesOff_IsTheOperatorsSetting()
    {
        Assert.Equal("false", (await RenderedChart.WithAsync("--set", "defaultResources=false")).Environment("Operator__DefaultResources"));
        Assert.Null((await RenderedChart.WithAsync()).Environment("Operator__DefaultResources"));
    }

    [Fact]
    public async Task Render_Timeouts_AreTheOperatorsSettings()
    {
        var chart = await RenderedChart.WithAsync("--set", "timeouts.statusMilliseconds=1500", "--set", "timeouts.reconcileMilliseconds=3600000");

        Assert.Equal(("00:00:01.500", "01:00:00.000"), (chart.Environment("Operator__StatusTimeout"), chart.Environment("Operator__ReconcileTimeout")));
        Assert.Equal(("00:00:03.000", "00:00:05.000"), (chart.Environment("Operator__PushTimeout"), chart.Environment("Operator__PrometheusTimeout")));
        Assert.NotEqual(0, (await ChartRenderer.TryRenderAsync(TestContext.Current.CancellationToken, "--set", "timeouts.pushMilliseconds=99")).ExitCode);
    }

    [Fact]
    public void KubernetesVersion_OfTheChart_IsTheReadmes() => Assert.Contains(
        "kubeVersion: \">=1.28.0-0\"", File.ReadAllText(Repository.File("charts", "rerank-operator", "Chart.yaml")), StringComparison.Ordinal);

    private static Task<RenderedChart> ReleaseAsync(string ns, string handled) =>
        RenderedChart.WithAsync("--namespace", ns, "--set", "crds.install=false", "--set", $"watchNamespace={handled}");

    private static (string Kind, string? Namespace, string Name) Identity(JsonNode manifest) => (
        RenderedChart.Kind(manifest),
        WithoutNamespace.Contains(RenderedChart.Kind(manifest)) ? null : (string?)manifest["metadata"]!["namespace"],
        RenderedChart.Name(manifest));
}
