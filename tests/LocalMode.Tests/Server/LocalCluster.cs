using k8s;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Rerank.Cli;
using Rerank.Operator.Api;
using Rerank.Operator.Local;
using Rerank.Operator.Local.Server;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.TestKit;

namespace Rerank.LocalMode.Tests.Server;

/// <summary>Local mode's API server and its folder, without controllers and processes: the test plays the operator.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("rerank-test-");
    private readonly List<IHostedService> _services = [];

    private LocalCluster()
    {
        var folder = _state.CreateSubdirectory("objects").FullName;
        Options = new()
        {
            Directory = folder,
            Port = 0,
            StateDirectory = _state.FullName,
            KubeconfigPath = Path.Combine(_state.FullName, "kubeconfig"),
        };
        PipelineFile = Path.Combine(folder, "pipeline.yaml");
    }

    public InMemoryResourceClient Operator { get; } = new(TimeProvider.System, LocalAdmission.Admit);

    public LocalOptions Options { get; }

    /// <summary>A copy of the quickstart's.</summary>
    public string PipelineFile { get; }

    public static async Task<LocalCluster> StartAsync(CancellationToken cancellationToken)
    {
        var cluster = new LocalCluster();
        File.Copy(Repository.File("config", "samples", "quickstart", "pipeline.yaml"), cluster.PipelineFile);
        var console = new LocalConsole(TextWriter.Null);
        cluster._services.Add(new LocalApiServer(cluster.Operator, cluster.Options, console, NullLoggerFactory.Instance, TimeProvider.System));
        cluster._services.Add(new ManifestFolder(cluster.Options, new ManifestApplier(cluster.Operator.As("kubectl")), console, TimeProvider.System));
        foreach (var service in cluster._services)
            await service.StartAsync(cancellationToken);
        await Eventually.NotNull(() => cluster.GetPipelineAsync(cancellationToken), cancellationToken);
        return cluster;
    }

    public Task<RerankPipeline?> GetPipelineAsync(CancellationToken cancellationToken) =>
        Operator.GetAsync<RerankPipeline>(new("default", "quickstart"), cancellationToken);

    public async Task SetStatusAsync(RerankPipelineStatus status, CancellationToken cancellationToken) => await Operator.ApplyStatusAsync(
        new RerankPipeline { Metadata = new() { Name = "quickstart", NamespaceProperty = "default" }, Status = status }, cancellationToken);

    /// <summary>A client as kubectl is one.</summary>
    public Kubernetes Client() => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(Options.KubeconfigPath));

    /// <summary>A command line after <c>kubectl rerank</c>.</summary>
    public async Task<CommandResult> RerankAsync(string arguments, CancellationToken cancellationToken)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLine.RunAsync(
            [.. arguments.Split(' '), "--kubeconfig", Options.KubeconfigPath],
            new(output, errors, TimeProvider.System, IsTerminal: false, UsesColour: false, _ => null),
            cancellationToken);
        return new(code, output.ToString(), errors.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_services))
            await service.StopAsync(CancellationToken.None);
        _state.Delete(recursive: true);
    }
}
