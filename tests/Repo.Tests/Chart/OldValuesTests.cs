using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Chart;

/// <summary>The chart with values of charts that had fewer of them, as <c>helm upgrade --reuse-values</c> hands them over.</summary>
public sealed class OldValuesTests
{
    private static readonly string[] AllApis = ["--api-versions", "policy/v1", "--api-versions", "monitoring.coreos.com/v1", "--set", "crds.install=false"];

    private static readonly Lazy<Task<string>> Whole = new(() => ChartRenderer.RenderAsync(CancellationToken.None, AllApis));

    /// <summary>Every value of values.yaml and every group of them.</summary>
    public static TheoryData<string> Keys => [.. Below(Values("values.yaml"), "").Where(key => key is not ("crds" or "crds.install"))];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Render_WithoutOneOfTheValues_IsAsWithItsDefault(string key) =>
        // null: Helm takes the key out.
        Assert.Equal(await Whole.Value, await ChartRenderer.RenderAsync(TestContext.Current.CancellationToken, [.. AllApis, "--set", $"{key}=null"]));

    [Fact]
    public async Task Render_WithoutAnyValue_IsAsWithTheDefaults()
    {
        var none = Values("values.yaml").Select(value => value.Key).SelectMany(key => new[] { "--set", $"{key}=null" });

        Assert.Equal(
            await ChartRenderer.RenderAsync(TestContext.Current.CancellationToken),
            await ChartRenderer.RenderAsync(TestContext.Current.CancellationToken, [.. none]));
    }

    [Fact]
    public async Task Render_FalseZeroAndEmpty_AreValuesAndNotTakenForNone()
    {
        var chart = await RenderedChart.WithAsync(
            "--set", "rbac.aggregate=false", "--set", "metrics.service.enabled=false", "--set", "podDisruptionBudget.enabled=false", "--set", "resources.limits=null", "--api-versions", "policy/v1");

        Assert.DoesNotContain("Service", chart.Kinds);
        Assert.DoesNotContain("PodDisruptionBudget", chart.Kinds);
        Assert.Equal("rerank-system:rerank-operator", RenderedChart.Name(chart.One("ClusterRole")));
    }

    [Fact]
    public void Defaults_OfTheTemplates_AreThoseOfTheChart() => Assert.True(
        File.ReadAllText(ChartFile("values.yaml")) == File.ReadAllText(ChartFile("files", "values.yaml")), "charts/rerank-operator/files/values.yaml is stale: run eng/gen.sh");

    [Fact]
    public void Templates_All_BeginWithTheDefaults() => Assert.All(
        Directory.EnumerateFiles(ChartFile("templates")).Where(file => !Path.GetFileName(file).StartsWith('_')),
        file => Assert.Contains("{{- include \"rerank-operator.defaults\" . -}}", File.ReadLines(file).Take(2)));

    private static JsonObject Values(string file) => YamlReader.Read(File.ReadAllText(ChartFile(file))).Single()!.AsObject();

    private static IEnumerable<string> Below(JsonObject values, string prefix) =>
        values.SelectMany(value => (IEnumerable<string>)[prefix + value.Key, .. value.Value is JsonObject group ? Below(group, $"{prefix}{value.Key}.") : []]);

    private static string ChartFile(params ReadOnlySpan<string> path) => Repository.File(["charts", "rerank-operator", .. path]);
}
