using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Chart;

public sealed class ChartTests
{
    private static readonly string Crds = Repository.File("config", "crds");

    [Fact]
    public async Task Render_DefaultValues_MatchesGolden() =>
        // Without the CRDs, which are compared with config/crds below.
        Golden.Equal(
            "tests/Repo.Tests/Chart/Golden/default.yaml",
            await ChartRenderer.RenderAsync(TestContext.Current.CancellationToken, "--set", "crds.install=false", "--api-versions", "policy/v1"));

    [Fact]
    public void Files_OfTheChart_AreThoseOfConfig()
    {
        string[] Names(string directory) => [.. Directory.EnumerateFiles(directory).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

        Assert.Equal(Names(Crds), Names(ChartFile("crds")));
        Assert.All(Names(Crds), name => Assert.Equal(File.ReadAllText(Path.Combine(Crds, name)), File.ReadAllText(ChartFile("crds", name))));
        Assert.True(JsonNode.DeepEquals(Rules("role.yaml"), YamlReader.Read(File.ReadAllText(ChartFile("rules.yaml"))).SingleOrDefault() ?? new JsonArray()));
    }

    [Fact]
    public async Task Render_DefaultValues_InstallsAndKeepsTheGeneratedCrds()
    {
        var chart = await RenderedChart.WithAsync();

        foreach (var file in Directory.EnumerateFiles(Crds))
        {
            var expected = Assert.Single(YamlReader.Read(File.ReadAllText(file)));
            var rendered = chart.One("CustomResourceDefinition", RenderedChart.Name(expected));
            Assert.True(JsonNode.DeepEquals(expected["spec"], rendered["spec"]), $"the chart changes {RenderedChart.Name(expected)}");
            Assert.Equal("keep", (string?)rendered["metadata"]!["annotations"]!["helm.sh/resource-policy"]);
        }
    }

    [Fact]
    public async Task Render_CrdsNotKept_LeavesTheirAnnotationOut()
    {
        var chart = await RenderedChart.WithAsync("--set", "crds.keep=false");

        Assert.DoesNotContain(
            chart.Objects.Where(manifest => RenderedChart.Kind(manifest) == "CustomResourceDefinition"),
            manifest => manifest["metadata"]!["annotations"]?["helm.sh/resource-policy"] is not null);
    }

    [Fact]
    public async Task Render_CrdsNotInstalled_LeavesThemOut() =>
        Assert.DoesNotContain("CustomResourceDefinition", (await RenderedChart.WithAsync("--set", "crds.install=false")).Kinds);

    [Fact]
    public async Task Render_WatchNamespace_GivesNoRightsElsewhere()
    {
        var chart = await RenderedChart.WithAsync("--set", "watchNamespace=search", "--set", "rbac.aggregate=false");

        Assert.DoesNotContain("ClusterRole", chart.Kinds);
        Assert.DoesNotContain("ClusterRoleBinding", chart.Kinds);
        Assert.Equal("search", (string?)chart.One("Role", "rerank-operator")["metadata"]!["namespace"]);
        var binding = chart.One("RoleBinding", "rerank-operator");
        Assert.Equal("search", (string?)binding["metadata"]!["namespace"]);
        Assert.Equal(ChartRenderer.Namespace, (string?)binding["subjects"]![0]!["namespace"]);
    }

    [Fact]
    public async Task Render_DefaultValues_GrantsExactlyTheGeneratedRules()
    {
        var chart = await RenderedChart.WithAsync();

        Assert.True(JsonNode.DeepEquals(Rules("role.yaml"), chart.One("ClusterRole", "rerank-system:rerank-operator")["rules"]));
    }

    [Fact]
    public async Task Render_LogsAndTraces_AreTheOperatorsSettings()
    {
        var chart = await RenderedChart.WithAsync("--set", "logFormat=json", "--set", "tracing.otlpEndpoint=http://collector:4317");
        var plain = await RenderedChart.WithAsync();

        Assert.Equal(("json", "http://collector:4317"), (chart.Environment("Operator__LogFormat"), chart.Environment("Operator__OtlpEndpoint")));
        Assert.Equal((null, null), (plain.Environment("Operator__LogFormat"), plain.Environment("Operator__OtlpEndpoint")));
    }

    [Fact]
    public async Task Render_Proxies_AreTheOperatorsSettings()
    {
        var chart = await RenderedChart.WithAsync("--set", "proxy.https=http://proxy:3128", "--set", "proxy.noProxy=10.0.0.0/8");

        Assert.Equal(
            (null, "http://proxy:3128", "10.0.0.0/8"),
            (chart.Environment("Operator__Proxy__Http"), chart.Environment("Operator__Proxy__Https"), chart.Environment("Operator__Proxy__NoProxy")));
        Assert.Null((await RenderedChart.WithAsync()).Environment("Operator__Proxy__Https"));
    }

    [Fact]
    public async Task Render_ConcurrentReconciles_AreTheOperatorsSetting()
    {
        var chart = await RenderedChart.WithAsync("--set", "maxConcurrentReconciles=32");

        Assert.Equal("32", chart.Environment("Operator__MaxConcurrentReconciles"));
        Assert.Null((await RenderedChart.WithAsync()).Environment("Operator__MaxConcurrentReconciles"));
    }

    [Fact]
    public async Task Render_PipelinesThatChangeTheirEngine_AreTheOperatorsSetting()
    {
        var chart = await RenderedChart.WithAsync("--set", "engine.maxPipelines=20");

        Assert.Equal("20", chart.Environment("Operator__Engine__MaxPipelines"));
        Assert.Null((await RenderedChart.WithAsync()).Environment("Operator__Engine__MaxPipelines"));
    }

    [Fact]
    public async Task Render_ServiceMonitor_OnlyWhereItsApiIs()
    {
        string[] enabled = ["--set", "metrics.serviceMonitor.enabled=true", "--set", "metrics.serviceMonitor.labels.release=prometheus"];

        Assert.DoesNotContain("ServiceMonitor", (await RenderedChart.WithAsync(enabled)).Kinds);

        var monitor = (await RenderedChart.WithAsync([.. enabled, "--api-versions", "monitoring.coreos.com/v1"])).One("ServiceMonitor");
        Assert.Equal("prometheus", (string?)monitor["metadata"]!["labels"]!["release"]);
    }

    [Fact]
    public async Task Render_Images_AreNamedByRegistryTagAndDigest()
    {
        var chart = await RenderedChart.WithAsync("--values", Repository.File("tests", "Repo.Tests", "Chart", "Values", "images.yaml"));

        Assert.StartsWith("registry.example.com:5000/rerank/rerank-operator:", (string?)chart.Container()["image"], StringComparison.Ordinal);
        Assert.Equal("registry.example.com:5000/rerank/rerank-router:1.2.3", chart.Environment("Operator__Images__Router"));
        Assert.Equal("registry.example.com:5000/rerank/reranker-host@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", chart.Environment("Operator__Images__RerankerHost"));
        Assert.Equal("second", chart.Environment("Operator__ImagePullSecrets__1"));
    }

    [Fact]
    public async Task Render_OneReplica_HasNoDisruptionBudget()
    {
        Assert.DoesNotContain("PodDisruptionBudget", (await RenderedChart.WithAsync("--set", "replicas=1", "--api-versions", "policy/v1")).Kinds);
        Assert.Contains("PodDisruptionBudget", (await RenderedChart.WithAsync("--api-versions", "policy/v1")).Kinds);
    }

    [Fact]
    public async Task Render_DefaultValues_OperatorRunsConfined()
    {
        var chart = await RenderedChart.WithAsync();
        var pod = chart.One("Deployment")["spec"]!["template"]!["spec"]!;
        var container = chart.Container()["securityContext"]!;

        Assert.True((bool?)pod["securityContext"]!["runAsNonRoot"]);
        Assert.Equal("RuntimeDefault", (string?)pod["securityContext"]!["seccompProfile"]!["type"]);
        Assert.True((bool?)container["readOnlyRootFilesystem"]);
        Assert.False((bool?)container["allowPrivilegeEscalation"]);
        Assert.Equal("ALL", (string?)container["capabilities"]!["drop"]![0]);
    }

    [Theory]
    [InlineData("replica=2")]
    [InlineData("replicas=0")]
    [InlineData("images.pullPolicy=Sometimes")]
    [InlineData("images.operator.digest=sha256:abc")]
    [InlineData("images.router.version=1")]
    [InlineData("leaderElection.enabled=false")]
    [InlineData("watchNamespace=Search")]
    [InlineData("logLevel=debug")]
    [InlineData("metrics.serviceMonitor.interval=30")]
    [InlineData("crds.keep=yes")]
    public async Task Render_BadValue_IsRefusedByTheSchema(string value)
    {
        var result = await ChartRenderer.TryRenderAsync(TestContext.Current.CancellationToken, "--set", value);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("schema", result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Render_NoLeaderElection_WantsOneReplica() =>
        Assert.Equal("false", (await RenderedChart.WithAsync("--set", "leaderElection.enabled=false", "--set", "replicas=1")).Environment("Operator__LeaderElection__Enabled"));

    private static string ChartFile(params ReadOnlySpan<string> path) => Repository.File(["charts", "rerank-operator", "files", .. path]);

    private static JsonNode Rules(string file) => Assert.Single(YamlReader.Read(File.ReadAllText(Repository.File("config", "rbac", file))))["rules"]!;
}
