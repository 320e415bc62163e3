using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Chart;

/// <summary>The objects of a rendered chart.</summary>
internal sealed class RenderedChart(IReadOnlyList<JsonNode> objects)
{
    public IReadOnlyList<JsonNode> Objects { get; } = objects;

    public IEnumerable<string> Kinds => Objects.Select(Kind);

    public static async Task<RenderedChart> WithAsync(params string[] options) =>
        new(YamlReader.Read(await ChartRenderer.RenderAsync(TestContext.Current.CancellationToken, options)));

    public static string Kind(JsonNode manifest) => (string)manifest["kind"]!;

    public static string Name(JsonNode manifest) => (string)manifest["metadata"]!["name"]!;

    public JsonNode One(string kind, string? name = null) =>
        Assert.Single(Objects, manifest => Kind(manifest) == kind && (name is null || Name(manifest) == name));

    public JsonNode Container() => One("Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!;

    public string? Environment(string variable) =>
        (string?)Container()["env"]!.AsArray().SingleOrDefault(entry => (string?)entry!["name"] == variable)?["value"];
}
