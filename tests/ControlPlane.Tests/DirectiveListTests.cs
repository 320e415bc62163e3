using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rerank.Cli.Connection;
using Rerank.Cli.Directives;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.TestKit;

namespace Rerank.ControlPlane.Tests;

/// <summary>
/// A GitOps tool that applies its manifest again and again leaves the plugin's directives alone. Shown with the generated definition under
/// another group and with texts for quantities: Kubernetes 1.20 merges no list of a schema that has quantities, later versions do.
/// </summary>
public sealed class DirectiveListTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const string Group = "directives.rerank.test";
    private const string Name = $"rerankpipelines.{Group}";
    private const string Candidate = "f6e5d4c3b2";

    private TestNamespace? _namespace;
    private Kubernetes? _kubernetes;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ObjectKey Key => new(_namespace!.Name, "search");

    public async ValueTask InitializeAsync()
    {
        cluster.Require();
        await cluster.InstallCrdAsync(await DefinitionAsync(), Cancel);
        _namespace = await cluster.CreateNamespaceAsync("directives", Cancel);
        _kubernetes = new(cluster.Configuration, new AnotherGroup(Group));
    }

    public async ValueTask DisposeAsync()
    {
        _kubernetes?.Dispose();
        if (_namespace is null)
            return;
        await _namespace.DisposeAsync();
        // Until it is gone, kubectl takes "rerankpipelines" for this one.
        await cluster.Kubernetes.ApiextensionsV1.DeleteCustomResourceDefinitionAsync(Name);
    }

    [Fact]
    public async Task Apply_OfAnotherManager_LeavesThePluginsDirectivesAndItsOwn()
    {
        await ApplyAsync(replicas: 2);
        await new ResourceClient(_kubernetes!, TimeProvider.System).ApplyStatusAsync(
            new RerankPipeline
            {
                Metadata = new() { Name = Key.Name, NamespaceProperty = Key.Namespace },
                Status = new() { Candidate = new() { Revision = Candidate, Step = "canary" } },
            },
            Cancel);
        using var plugin = new Cluster(_kubernetes!, Key.Namespace!);
        var writer = new DirectiveWriter(plugin, TimeProvider.System);

        await writer.WriteAsync(Key.Name, context => DirectivePlan.ForApprove(context, step: null), Cancel);
        await writer.WriteAsync(Key.Name, DirectivePlan.ForPause, Cancel);
        await ApplyAsync(replicas: 3);
        Assert.Equal(["Abort eeeeeeeeee None", $"Approve {Candidate} canary", $"Pause {Candidate} None"], await DirectivesAsync());

        await writer.WriteAsync(Key.Name, DirectivePlan.ForResume, Cancel);
        await ApplyAsync(replicas: 2);
        Assert.Equal(["Abort eeeeeeeeee None", $"Approve {Candidate} canary"], await DirectivesAsync());
    }

    private static async Task<V1CustomResourceDefinition> DefinitionAsync()
    {
        var text = await File.ReadAllTextAsync(Repository.File("config", "crds", "rerank.dev_rerankpipelines.yaml"), Cancel);
        var definition = YamlReader.Read(text).Single().AsObject();
        definition["metadata"]!["name"] = Name;
        definition["spec"]!["group"] = Group;
        SayTextForQuantities(definition);
        return KubernetesJson.Deserialize<V1CustomResourceDefinition>(definition.ToJsonString());
    }

    private static void SayTextForQuantities(JsonNode? node)
    {
        if (node is JsonObject schema && schema.ContainsKey("x-kubernetes-int-or-string"))
        {
            foreach (var member in (string[])["x-kubernetes-int-or-string", "anyOf", "minimum", "maximum"])
                schema.Remove(member);
            schema["type"] = "string";
        }

        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject map => map.Select(member => member.Value),
            JsonArray list => list,
            _ => [],
        };
        foreach (var child in children)
            SayTextForQuantities(child);
    }

    private Task<RerankPipeline> ApplyAsync(int replicas) => new ResourceClient(_kubernetes!, TimeProvider.System, fieldManager: "gitops").ApplyAsync(
        new RerankPipeline
        {
            Metadata = new() { Name = Key.Name, NamespaceProperty = Key.Namespace },
            Spec = new()
            {
                Router = new() { Replicas = replicas },
                Tiers =
                [
                    new()
                    {
                        Name = "full",
                        Type = TierType.Model,
                        Model = new() { ModelVersionRef = new() { Name = "base" }, Placement = Placement.Pool, Replicas = new() { Min = 1, Max = 1 } },
                    },
                ],
                Rollout = new()
                {
                    Steps = [new() { Name = "canary", TrafficPermille = 50, Approval = Approval.Required }],
                    Directives = [new() { Revision = "eeeeeeeeee", Action = DirectiveAction.Abort }],
                },
            },
        },
        Cancel);

    private async Task<IEnumerable<string>> DirectivesAsync() =>
        (await new ResourceClient(_kubernetes!, TimeProvider.System).GetAsync<RerankPipeline>(Key, Cancel))!.Spec.Rollout.Directives!
        .Select(directive => $"{directive.Action} {directive.Revision} {directive.Step}")
        .Order(StringComparer.Ordinal);
}
