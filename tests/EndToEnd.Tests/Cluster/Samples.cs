using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Cluster;

/// <summary>The quickstart sample, and objects made from it.</summary>
internal static class Samples
{
    /// <summary>Label of pipelines that go after the test that made them.</summary>
    public const string OneTest = "rerank.dev/one-test";

    public static readonly string Quickstart = Repository.File("config", "samples", "quickstart");

    public static string Models => File.ReadAllText(Path.Combine(Quickstart, "models.yaml"));

    public static JsonNode Pipeline(string name, Action<JsonNode>? change = null)
    {
        var pipeline = YamlReader.Read(File.ReadAllText(Path.Combine(Quickstart, "pipeline.yaml"))).Single();
        pipeline["metadata"]!["name"] = name;
        pipeline["metadata"]!["labels"] = new JsonObject { [OneTest] = "true" };
        change?.Invoke(pipeline["spec"]!);
        return pipeline;
    }

    /// <summary>Another ModelVersion of the same files: its digest differs by its contract.</summary>
    public static JsonNode Model(string original, string name, int maxInputTokens)
    {
        var model = YamlReader.Read(Models).Single(model => (string?)model["metadata"]!["name"] == original);
        model["metadata"]!["name"] = name;
        model["spec"]!["contract"]!["maxInputTokens"] = maxInputTokens;
        model["spec"]!.AsObject().Remove("golden");
        return model;
    }

    public static JsonNode Tier(this JsonNode spec, string name) => spec["tiers"]!.AsArray().Single(tier => (string?)tier!["name"] == name)!;

    public static void UseModel(this JsonNode spec, string tier, string model) => spec.Tier(tier)["model"]!["modelVersionRef"]!["name"] = model;
}
