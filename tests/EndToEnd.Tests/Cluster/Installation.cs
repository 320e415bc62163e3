using Rerank.EndToEnd.Tests.Cluster;
using Rerank.EndToEnd.Tests.Images;
using Rerank.TestKit;

[assembly: AssemblyFixture(typeof(Installation))]

namespace Rerank.EndToEnd.Tests.Cluster;

/// <summary>The operator, installed from its chart for all tests. It watches one namespace, so that other tests can use the same cluster.</summary>
public sealed class Installation : IAsyncLifetime
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(2);

    private readonly ClusterFixture _cluster = new();
    private readonly string _id = Guid.NewGuid().ToString("n")[..8];
    private Task? _installed;

    internal string ImageTag => $"e2e-{_id}";

    /// <summary>Where pipelines are.</summary>
    internal Kubectl Kubectl => new(_cluster.KubeconfigFile, $"e2e-{_id}");

    /// <summary>Where the operator is.</summary>
    internal Kubectl OperatorKubectl => Kubectl.In($"e2e-{_id}-system");

    internal string OperatorName => $"operator-{_id}";

    internal bool IsReady => _installed is { IsCompletedSuccessfully: true };

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    /// <summary>Installs at the first call. Skips the test when there is no cluster, or none that takes images from here.</summary>
    internal Task EnsureAsync()
    {
        _cluster.Require();
        return _installed ??= InstallAsync(Loader());
    }

    public async ValueTask DisposeAsync()
    {
        if (_installed is not null)
            await UninstallAsync();
        await _cluster.DisposeAsync();
    }

    private IImageLoader Loader()
    {
        if (_cluster.IsOwn)
            return new K3sImages(_cluster);
        // Skips when the cluster is neither: nothing else can bring images to its nodes.
        TestEnvironment.Tool("cluster");
        return new TestEnvironmentImages();
    }

    private async Task InstallAsync(IImageLoader loader)
    {
        await ProgramImages.LoadAsync(loader, ImageTag, Kubectl.Stop);
        await Kubectl.RunAsync("create", "namespace", Kubectl.Namespace);
        await Kubectl.RunAsync("create", "namespace", OperatorKubectl.Namespace);
        await OperatorKubectl.ApplyAnywhereAsync(await RenderAsync());
        await Eventually.Passes(
            async () => Assert.Equal(2, (int?)(await OperatorKubectl.GetAsync("deployment", OperatorName))["status"]!["readyReplicas"]),
            Kubectl.Stop,
            StartDeadline);
    }

    private async Task<string> RenderAsync()
    {
        var served = (await Kubectl.RunAsync("api-versions")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return await ChartRenderer.RenderAsync(
            Kubectl.Stop,
            [
                "--namespace", OperatorKubectl.Namespace,
                "--set", $"fullnameOverride={OperatorName}",
                "--set", $"watchNamespace={Kubectl.Namespace}",
                "--set", "rbac.aggregate=false",
                "--set", $"images.operator.tag={ImageTag}",
                "--set", $"images.router.tag={ImageTag}",
                "--set", $"images.rerankerHost.tag={ImageTag}",
                "--set", "logLevel=Debug",
                // A chart that is rendered without a cluster is rendered for a current one.
                "--set", $"podDisruptionBudget.enabled={(served.Contains("policy/v1") ? "true" : "false")}",
            ]);
    }

    /// <summary>Pipelines first: the operator must still be there to let go of models. CRDs stay, since others may use them.</summary>
    private async Task UninstallAsync()
    {
        await Kubectl.TryAsync("delete", "rerankpipelines", "--all", "--timeout=60s");
        await Kubectl.TryAsync("delete", "modelversions", "--all", "--timeout=30s");
        await Kubectl.TryAsync("delete", "namespace", Kubectl.Namespace, "--wait=false");
        await OperatorKubectl.TryAsync("delete", "namespace", OperatorKubectl.Namespace, "--wait=false");
    }
}
