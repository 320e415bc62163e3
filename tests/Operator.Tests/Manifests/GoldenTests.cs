using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Pipelines.Engines;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.Operator.Tests.World;
using Rerank.TestKit;

namespace Rerank.Operator.Tests.Manifests;

/// <summary>What is made for a pipeline: Golden/CASE/input.yaml to expected.yaml. UPDATE_GOLDEN=1 writes the latter. Of two pipelines the first is deployed.</summary>
public sealed class GoldenTests
{
    private const string Folder = "tests/Operator.Tests/Golden";

    public static TheoryData<string> Cases =>
        [.. Directory.GetDirectories(Repository.File(Folder)).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Manifests_OfAPipeline_AreAsExpected(string name) => AssertExpected(name, Samples.Options);

    /// <summary>An upgrade of the chart alone changes no pod.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Manifests_OperatorHasOtherImages_AreThoseOfBefore(string name)
    {
        var options = Samples.Options;
        options.Images = new() { Router = "other/router:2", RerankerHost = "other/host:2", RerankerHostCuda = "other/host:2-cuda" };
        AssertExpected(name, options);
    }

    /// <summary>Pods of revisions from before engines were part of them, as the operator made them then: its upgrade changes none.</summary>
    [Theory]
    [InlineData("claims-and-autoscaling", "cd5fc1971a", "4bafdad33e")]
    [InlineData("gpu-pool", "5f1dd8ffe9", "a5702b9b4a")]
    [InlineData("sidecar-only", "bef4e263d8")]
    public void Pods_OfTheFirstFormat_AreWhatTheyWere(string name, params string[] hashes)
    {
        var deployments = Manifests(name, Samples.Options, PodFormat.First).OfType<V1Deployment>();

        Assert.Equal(hashes, deployments.Select(d => PodTemplates.HashOf(d.Spec.Template)));
    }

    private static void AssertExpected(string name, OperatorOptions options)
    {
        var yaml = Manifests(name, options, PodFormat.Current).Select(m => YamlWriter.Write(Readable(JsonNode.Parse(KubernetesJson.Serialize(m))!)));
        Golden.Equal($"{Folder}/{name}/expected.yaml", string.Join("---\n", yaml));
    }

    private static List<object> Manifests(string name, OperatorOptions options, int format)
    {
        var documents = YamlReader.Read(File.ReadAllText(Repository.File(Folder, name, "input.yaml"))).Select(d => d.AsObject()).ToList();
        var models = documents.Where(d => (string?)d["kind"] == "ModelVersion").Select(Admit<ModelVersion>).ToDictionary(m => m.Name());
        var pipelines = documents.Where(d => (string?)d["kind"] == "RerankPipeline").Select(Admit<RerankPipeline>).ToList();
        var context = new ManifestContext(options, name.StartsWith("old-cluster", StringComparison.Ordinal) ? new(false, false) : ServedApis.All);

        return Plan(pipelines[0], pipelines[^1], models, context, format);
    }

    /// <param name="deployed">As the pipeline is deployed already.</param>
    /// <param name="pipeline">As it is now; mostly the same.</param>
    private static List<object> Plan(RerankPipeline deployed, RerankPipeline pipeline, Dictionary<string, ModelVersion> models, ManifestContext context, int format)
    {
        var observed = Samples.Observed(pipeline) with { Desired = Desired(pipeline, models, format), Apis = context.Apis };
        var owner = PipelineOwner.Of(pipeline);
        var now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        // As if its models were loaded already: with a routing table.
        var placed = RevisionPlan.Settle([], Desired(deployed, models, format).Snapshot, new(null), now);
        var stable = RevisionPlan.Promote(placed, new(RevisionVerdictKind.Promoted, "FirstRevision", "It is the first one.", now, 1), TimeSpan.Zero, holdbackPermille: 0, now).Stable!;
        var plan = PipelinePlan.Of(observed with { Revisions = [stable] }, context, new ClusterPoolAddresses(), now);
        return
        [
            .. plan.Roles.Live.Select(revision => RevisionObject.From(owner, revision)),
            AdminSecret.Of(owner, "token"),
            ConfigMaps.Of(owner, owner.Names.Router, Labels.RouterComponent, plan.Documents.RouterFiles(), resourceVersion: null),
            .. plan.Layout.Pools.Select(p => ConfigMaps.Of(owner, owner.Names.Pool(p.Id), p.Component, plan.Documents.PoolFiles(p.Id), resourceVersion: null)),
            .. PipelineManifests.Of(plan.Layout, context),
        ];
    }

    /// <summary>With the engine that it was deployed with.</summary>
    private static DesiredRevision Desired(RerankPipeline pipeline, Dictionary<string, ModelVersion> models, int format)
    {
        var (desired, engine) = (DesiredRevision.Of(pipeline, models.GetValueOrDefault), EngineAdoption.Present(Samples.Options.Images) with { PodFormat = format });
        return desired.With(desired.Snapshot! with { Engine = engine.For(desired.Snapshot, engine) });
    }

    // A document inside of a ConfigMap is one long line, which nobody can review: shown as if it were a part of it.
    private static JsonNode Readable(JsonNode manifest)
    {
        if ((string?)manifest["kind"] == V1ConfigMap.KubeKind)
            manifest["data"] = new JsonObject(manifest["data"]!.AsObject().Select(file => KeyValuePair.Create(file.Key, JsonNode.Parse((string)file.Value!))));
        return manifest;
    }

    private static T Admit<T>(JsonObject document)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var entity = Admission.Admit<T>(document, stored: null, out var errors);
        Assert.True(entity is not null, string.Join("; ", errors));
        entity.Metadata.NamespaceProperty ??= TestWorld.Namespace;
        entity.Metadata.Uid = "00000000-0000-0000-0000-000000000001";
        return entity;
    }
}
