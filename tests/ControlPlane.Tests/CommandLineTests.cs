using System.Text.Json;
using k8s;
using k8s.Models;
using Rerank.Cli;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.TestKit;

namespace Rerank.ControlPlane.Tests;

/// <summary><c>kubectl rerank</c> beside a user who applies manifests and an operator that writes the status.</summary>
public sealed class CommandLineTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const string Candidate = "f6e5d4c3b2";
    private const string Stable = "a1b2c3d4e5";

    private TestNamespace? _namespace;
    private ResourceClient? _user;
    private ResourceClient? _operator;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ObjectKey Key => new(_namespace!.Name, "quickstart");

    public async ValueTask InitializeAsync()
    {
        cluster.Require();
        await cluster.InstallCrdsAsync(Repository.File("config", "crds"), Cancel);
        _namespace = await cluster.CreateNamespaceAsync("cli", Cancel);
        _user = new(cluster.Kubernetes, TimeProvider.System, fieldManager: "gitops");
        _operator = new(cluster.Kubernetes, TimeProvider.System);
        await ApplyAsync();
        await _operator.ApplyStatusAsync(
            new RerankPipeline
            {
                Metadata = new() { Name = Key.Name, NamespaceProperty = Key.Namespace },
                Status = new()
                {
                    Stable = new() { Revision = Stable, TrafficPermille = 950 },
                    Candidate = new() { Revision = Candidate, TrafficPermille = 50, Step = "canary" },
                    Rejected = [Rejected("cccccccccc"), Rejected("eeeeeeeeee")],
                },
            },
            Cancel);
    }

    public ValueTask DisposeAsync() => _namespace?.DisposeAsync() ?? default;

    [Fact]
    public async Task Directives_BesideThoseOfAnotherManager_AreAllThere()
    {
        await RequireAsync("approve quickstart");
        await RequireAsync("retry quickstart");
        await RequireAsync("pause quickstart");
        Assert.Equal(
            ["Abort eeeeeeeeee", $"Approve {Candidate} canary", $"Pause {Candidate}", "Retry cccccccccc 2"], await DirectivesAsync());

        await RequireAsync("resume quickstart");
        await RequireAsync("abort quickstart");
        Assert.Equal(
            ["Abort eeeeeeeeee", $"Abort {Candidate}", $"Approve {Candidate} canary", "Retry cccccccccc 2"], await DirectivesAsync());
    }

    [Fact]
    public async Task Directives_OfARevisionThatIsGone_GoWithTheNextOne()
    {
        await RequireAsync("pause quickstart");
        await _operator!.ApplyStatusAsync(
            new RerankPipeline
            {
                Metadata = new() { Name = Key.Name, NamespaceProperty = Key.Namespace },
                Status = new() { Candidate = new() { Revision = "0123456789" }, Rejected = [Rejected("eeeeeeeeee")] },
            },
            Cancel);

        await RequireAsync("promote quickstart");

        Assert.Equal(["Abort eeeeeeeeee", "PromoteNow 0123456789"], await DirectivesAsync());
    }

    [Fact]
    public async Task StatusHistoryDiffExplain_OfARealServer_ReadWhatTheOperatorWrote()
    {
        await CreateRevisionAsync(Stable, "stable", 1, "base");
        await CreateRevisionAsync(Candidate, "candidate", 2, "base-2");
        await cluster.Kubernetes.CoreV1.CreateNamespacedConfigMapAsync(
            new()
            {
                Metadata = new() { Name = "quickstart-report", Labels = new Dictionary<string, string> { ["rerank.dev/pipeline"] = "quickstart" } },
                Data = new Dictionary<string, string> { ["report.json"] = $$"""{"revision": "{{Candidate}}", "verdict": "Undecided", "message": "too early"}""" },
            },
            Key.Namespace,
            cancellationToken: Cancel);

        Assert.Contains("step canary (1 of 1)", await RequireAsync("status quickstart"), StringComparison.Ordinal);
        Assert.Contains("too early", await RequireAsync("explain quickstart f6"), StringComparison.Ordinal);
        Assert.Contains("full: model.name base → base-2", await RequireAsync("history quickstart"), StringComparison.Ordinal);
        Assert.Contains("full: model.name  base  →  base-2", await RequireAsync("diff quickstart"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelCreate_Apply_IsAcceptedByTheServer()
    {
        await RequireAsync($"model create base --from {Repository.File("models", "base")} --bundled base --apply");

        Assert.NotNull(await _user!.GetAsync<ModelVersion>(new(Key.Namespace, "base"), Cancel));
    }

    private static RejectedStatus Rejected(string revision) =>
        new() { Revision = revision, Reason = "ErrorRate", Time = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc) };

    private async Task<string> RequireAsync(string arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLine.RunAsync(
            [.. arguments.Split(' '), "-n", Key.Namespace!, "--kubeconfig", cluster.KubeconfigFile],
            new(output, errors, TimeProvider.System, IsTerminal: false, UsesColour: false, _ => null),
            Cancel);
        Assert.True(code == 0, $"{arguments}: {errors}");
        return output.ToString();
    }

    private async Task ApplyAsync()
    {
        var pipeline = KubernetesYaml.LoadAllFromString(
                await File.ReadAllTextAsync(Repository.File("config", "samples", "quickstart", "pipeline.yaml"), Cancel),
                new Dictionary<string, Type> { [$"{ApiGroup.GroupVersion}/{RerankPipeline.KubeKind}"] = typeof(RerankPipeline) })
            .OfType<RerankPipeline>().Single();
        pipeline.Metadata.NamespaceProperty = Key.Namespace;
        pipeline.Spec.Rollout.Steps = [new() { Name = "canary", TrafficPermille = 50, Approval = Approval.Required }];
        pipeline.Spec.Rollout.Directives = [new() { Revision = "eeeeeeeeee", Action = DirectiveAction.Abort }];
        await _user!.ApplyAsync(pipeline, Cancel);
    }

    private async Task<IEnumerable<string>> DirectivesAsync() =>
        (await _user!.GetAsync<RerankPipeline>(Key, Cancel))!.Spec.Rollout.Directives!
        .Select(directive => $"{directive.Action} {directive.Revision} {(directive.Step == DirectiveSpec.NoStep ? "" : directive.Step)}{directive.Attempt}".TrimEnd())
        .Order(StringComparer.Ordinal);

    private Task<V1ControllerRevision> CreateRevisionAsync(string revision, string role, long sequence, string model) =>
        cluster.Kubernetes.AppsV1.CreateNamespacedControllerRevisionAsync(
            new V1ControllerRevision
            {
                Metadata = new()
                {
                    Name = $"quickstart-{revision}",
                    Labels = new Dictionary<string, string>
                    {
                        ["rerank.dev/pipeline"] = "quickstart",
                        ["rerank.dev/role"] = role,
                        ["rerank.dev/revision"] = revision,
                    },
                },
                Revision = sequence,
                Data = JsonSerializer.SerializeToElement(new { tiers = new[] { new { name = "full", model = new { model = new { name = model } } } } }),
            },
            Key.Namespace,
            cancellationToken: Cancel);
}
