using System.Globalization;
using System.Security.Cryptography;
using k8s;
using k8s.Models;
using Xunit;

namespace Rerank.TestKit;

/// <summary>
/// A real API server with its etcd and nothing else, for one test assembly: no controllers, so no garbage collection, no pods and no namespaces
/// that go. Its programs, <c>kube-apiserver</c> and <c>etcd</c>, are looked for in KUBEBUILDER_ASSETS and in <c>/usr/local/kubebuilder/bin</c>. Without them
/// its tests are skipped, or fail with REQUIRE_CLUSTER=1.
/// </summary>
public sealed class ControlPlaneFixture : IAsyncLifetime
{
    private const string AdministratorGroup = "system:masters";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("control-plane-").FullName;
    private readonly string _token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private ChildProcess? _etcd;
    private ChildProcess? _server;
    private Kubernetes? _kubernetes;
    private KubernetesClientConfiguration? _configuration;

    public bool IsThere => _server is not null;

    /// <summary>The administrator's client. Skips the test when there is no server.</summary>
    public IKubernetes Kubernetes
    {
        get
        {
            Require();
            return _kubernetes!;
        }
    }

    /// <summary>To make further clients with. Skips the test when there is no server.</summary>
    public KubernetesClientConfiguration Configuration
    {
        get
        {
            Require();
            return _configuration!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Find("kube-apiserver") is not { } program || Find("etcd") is not { } database)
            return;

        var (client, peer, secure) = (Ports.Free(), Ports.Free(), Ports.Free());
        var store = $"http://127.0.0.1:{client}";
        _etcd = ChildProcess.Start(
            database, "--data-dir", Path.Combine(_directory, "etcd"), "--listen-client-urls", store, "--advertise-client-urls", store,
            "--listen-peer-urls", $"http://127.0.0.1:{peer}", "--unsafe-no-fsync");
        _server = ChildProcess.Start(program, [.. ServerArguments(store, secure)]);
        // Its certificate is made at its start, and signed by itself.
        _configuration = new() { Host = $"https://127.0.0.1:{secure}", AccessToken = _token, SkipTlsVerify = true };
        _kubernetes = new Kubernetes(_configuration);
        try
        {
            await Eventually.Passes(() => _kubernetes.CoreV1.ListNamespaceAsync(), CancellationToken.None, StartLimit);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"The API server didn't come up:\n{_etcd.LastLines}\n{_server.LastLines}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _kubernetes?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_etcd is not null)
            await _etcd.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Skips the test, or fails it with REQUIRE_CLUSTER=1, when there is no server.</summary>
    public void Require()
    {
        if (IsThere)
            return;
        const string Absent = "needs kube-apiserver and etcd: set KUBEBUILDER_ASSETS to the folder that has them";
        Assert.False(
            Environment.GetEnvironmentVariable("REQUIRE_CLUSTER") is "true" or "1", $"REQUIRE_CLUSTER is set, but the test {Absent}");
        Assert.Skip(Absent);
    }

    /// <summary>Makes a namespace with a unique name. It stays as long as the server.</summary>
    public async Task<string> CreateNamespaceAsync(string prefix, CancellationToken cancellationToken)
    {
        var created = await Kubernetes.CoreV1.CreateNamespaceAsync(
            new V1Namespace { Metadata = new() { GenerateName = $"{prefix}-" } }, cancellationToken: cancellationToken);
        return created.Metadata.Name;
    }

    /// <summary>Brings the CustomResourceDefinitions of the folder's YAML files into the server and waits until it serves them.</summary>
    public Task InstallCrdsAsync(string directory, CancellationToken cancellationToken) => Kubernetes.InstallCrdsAsync(directory, cancellationToken);

    private IEnumerable<string> ServerArguments(string store, int port)
    {
        var key = Path.Combine(_directory, "accounts.pem");
        using (var rsa = RSA.Create(2048))
            File.WriteAllText(key, rsa.ExportRSAPrivateKeyPem());
        var tokens = Path.Combine(_directory, "tokens.csv");
        File.WriteAllText(tokens, $"{_token},administrator,administrator,{AdministratorGroup}\n");
        return
        [
            "--etcd-servers", store, "--bind-address", "127.0.0.1", "--secure-port", port.ToString(CultureInfo.InvariantCulture),
            "--cert-dir", Path.Combine(_directory, "certificates"), "--token-auth-file", tokens, "--authorization-mode", "RBAC",
            "--service-cluster-ip-range", "10.0.0.0/16", "--service-account-issuer", "https://kubernetes.default.svc",
            "--service-account-key-file", key, "--service-account-signing-key-file", key,
            // Nobody would make the accounts that it asks for.
            "--disable-admission-plugins", "ServiceAccount", "--allow-privileged=true",
        ];
    }

    private static string? Find(string program) =>
        new[] { Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS"), "/usr/local/kubebuilder/bin" }
            .Where(directory => !string.IsNullOrEmpty(directory))
            .Select(directory => Path.Combine(directory!, program))
            .FirstOrDefault(File.Exists);
}
