using k8s;
using k8s.Models;
using Testcontainers.K3s;
using Xunit;

namespace Rerank.TestKit;

/// <summary>
/// A Kubernetes cluster for one test assembly: the one of KUBECONFIG with USE_EXISTING_CLUSTER=true, else K3s where Docker is, else its
/// tests are skipped, or fail with REQUIRE_CLUSTER=1. Use it as an assembly fixture; every test takes a namespace of its own.
/// </summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private const string K3sImage = "rancher/k3s:v1.33.4-k3s1";

    private K3sContainer? _container;
    private KubernetesClientConfiguration? _configuration;
    private Kubernetes? _kubernetes;
    private string? _absent;
    private string? _kubeconfigFile;

    /// <summary>The administrator's client. Skips the test when there is no cluster.</summary>
    public IKubernetes Kubernetes
    {
        get
        {
            Require();
            return _kubernetes!;
        }
    }

    /// <summary>To make further clients with. Skips the test when there is no cluster.</summary>
    public KubernetesClientConfiguration Configuration
    {
        get
        {
            Require();
            return _configuration!;
        }
    }

    /// <summary>For kubectl. Skips the test when there is no cluster.</summary>
    public string KubeconfigFile
    {
        get
        {
            Require();
            return _kubeconfigFile!;
        }
    }

    /// <summary>Whether nodes' images can be supplied from this machine, which only an own K3s allows.</summary>
    public bool IsOwn => _container is not null;

    public async ValueTask InitializeAsync()
    {
        if (Flag("USE_EXISTING_CLUSTER"))
        {
            _configuration = KubernetesClientConfiguration.BuildDefaultConfig();
            _kubeconfigFile = Environment.GetEnvironmentVariable("KUBECONFIG")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
        }
        else if (DockerIsThere())
        {
            _container = new K3sBuilder(K3sImage).Build();
            await _container.StartAsync();
            _kubeconfigFile = Path.GetTempFileName();
            await File.WriteAllTextAsync(_kubeconfigFile, await _container.GetKubeconfigAsync());
            await using var kubeconfig = File.OpenRead(_kubeconfigFile);
            _configuration = await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(kubeconfig);
        }
        else
        {
            _absent = "needs a cluster: set USE_EXISTING_CLUSTER=true and KUBECONFIG, or run where Docker is";
            return;
        }

        _kubernetes = new Kubernetes(_configuration);
    }

    public async ValueTask DisposeAsync()
    {
        _kubernetes?.Dispose();
        if (_container is not null)
        {
            await _container.DisposeAsync();
            File.Delete(_kubeconfigFile!);
        }
    }

    /// <summary>Brings an image archive to the node of an own K3s.</summary>
    public async Task ImportImageAsync(string archive, CancellationToken cancellationToken)
    {
        var container = _container ?? throw new InvalidOperationException("only an own cluster takes images");
        await container.CopyAsync(new FileInfo(archive), "/tmp/", ct: cancellationToken);
        var result = await container.ExecAsync(["ctr", "-n", "k8s.io", "images", "import", $"/tmp/{Path.GetFileName(archive)}"], cancellationToken);
        Assert.True(result.ExitCode == 0, $"the node refuses {archive}: {result.Stderr}");
    }

    /// <summary>Skips the test, or fails it with REQUIRE_CLUSTER=1, when there is no cluster.</summary>
    public void Require()
    {
        if (_absent is null)
            return;

        Assert.False(Flag("REQUIRE_CLUSTER"), $"REQUIRE_CLUSTER is set, but the test {_absent}");
        Assert.Skip(_absent);
    }

    /// <summary>Makes a namespace with a unique name, which goes when it is disposed of. Pods can be made in it at once.</summary>
    public async Task<TestNamespace> CreateNamespaceAsync(string prefix, CancellationToken cancellationToken)
    {
        var created = await Kubernetes.CoreV1.CreateNamespaceAsync(
            new V1Namespace { Metadata = new() { GenerateName = $"{prefix}-", Labels = new Dictionary<string, string> { ["rerank.dev/test"] = "true" } } },
            cancellationToken: cancellationToken);
        var name = created.Metadata.Name;
        // Pods are refused without it.
        await Eventually.Passes(
            async () => Assert.Contains(
                (await Kubernetes.CoreV1.ListNamespacedServiceAccountAsync(name, cancellationToken: cancellationToken)).Items,
                account => account.Metadata.Name == "default"),
            cancellationToken);
        return new(Kubernetes, name);
    }

    /// <summary>Brings the CustomResourceDefinitions of the folder's YAML files into the cluster and waits until it serves them.</summary>
    public Task InstallCrdsAsync(string directory, CancellationToken cancellationToken) => Kubernetes.InstallCrdsAsync(directory, cancellationToken);

    public Task InstallCrdAsync(V1CustomResourceDefinition crd, CancellationToken cancellationToken) => Kubernetes.InstallCrdAsync(crd, cancellationToken);

    private static bool Flag(string variable) => Environment.GetEnvironmentVariable(variable) is "true" or "1";

    private static bool DockerIsThere() =>
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DOCKER_HOST")) || File.Exists("/var/run/docker.sock");
}
