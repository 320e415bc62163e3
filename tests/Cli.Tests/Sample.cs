using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rerank.Cli.Pipelines;
using Rerank.TestKit;

namespace Rerank.Cli.Tests;

/// <summary>Objects as a server has them, in Golden/CASE.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static string PathOf(string name, string file) => $"tests/Cli.Tests/Golden/{name}/{file}";

    public static Pipeline Pipeline(string name) => Cli.Pipelines.Pipeline.Of(Json(PathOf(name, "pipeline.json")));

    public static Report? Report(string name) =>
        File.Exists(Repository.File(PathOf(name, "report.json")))
            ? Json(PathOf(name, "report.json")).Deserialize(PipelineJson.Default.Report)
            : null;

    /// <summary>Newest first, as commands get them.</summary>
    public static IReadOnlyList<StoredRevision> Revisions() =>
    [
        .. KubernetesJson.Deserialize<V1ControllerRevisionList>(Json("tests/Cli.Tests/Golden/revisions.json").ToJsonString()).Items
            .Select(StoredRevision.Of).OfType<StoredRevision>().OrderByDescending(revision => revision.Sequence),
    ];

    public static JsonObject Json(string path) => JsonNode.Parse(File.ReadAllText(Repository.File(path)))!.AsObject();
}
