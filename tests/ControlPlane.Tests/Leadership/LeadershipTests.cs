using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Prometheus;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;
using Rerank.TestKit;

namespace Rerank.ControlPlane.Tests.Leadership;

/// <summary>Operators that compete for a real lease.</summary>
public sealed class LeadershipTests(ClusterFixture cluster) : IAsyncDisposable
{
    private const string Lease = "test-leader";

    private readonly int _exitCode = Environment.ExitCode;
    private readonly List<IHost> _hosts = [];
    private TestNamespace? _namespace;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            host.Dispose();
        }

        Environment.ExitCode = _exitCode;
        if (_namespace is not null)
            await _namespace.DisposeAsync();
    }

    [Fact]
    public async Task TwoOperators_LeaderStops_TheOtherTakesOverSoonerThanTheLeaseExpires()
    {
        _namespace = await cluster.CreateNamespaceAsync("leadership", Cancellation);
        var first = await StartAsync();
        await CreateAsync("one");
        await first.SeesAsync("one");
        var holder = await HolderAsync();
        var second = await StartAsync();

        await first.Host.StopAsync(Cancellation);
        await CreateAsync("two");

        await second.SeesAsync("two");
        Assert.NotEqual(holder, await HolderAsync());
        Assert.DoesNotContain("two", first.Seen);
        Assert.False(second.Stopping);
    }

    [Fact]
    public async Task Operator_StopsCleanly_LeavesTheLeaseToWhoeverComes()
    {
        _namespace = await cluster.CreateNamespaceAsync("leadership", Cancellation);
        var only = await StartAsync();
        await CreateAsync("one");
        await only.SeesAsync("one");

        await only.Host.StopAsync(Cancellation);

        var lease = await LeaseAsync();
        Assert.Equal("", lease!.Spec.HolderIdentity ?? "");
        Assert.Equal(1, lease.Spec.LeaseDurationSeconds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lease_ThatWasMadeByHand_IsTakenAndLabelled(bool hasSpec)
    {
        _namespace = await cluster.CreateNamespaceAsync("leadership", Cancellation);
        var made = new V1Lease { Metadata = new() { Name = Lease }, Spec = hasSpec ? new() { LeaseDurationSeconds = 15 } : null };
        await cluster.Kubernetes.CoordinationV1.CreateNamespacedLeaseAsync(made, _namespace.Name, cancellationToken: Cancellation);

        var only = await StartAsync();
        await CreateAsync("one");

        await only.SeesAsync("one");
        var lease = await LeaseAsync();
        Assert.NotEmpty(lease!.Spec.HolderIdentity);
        Assert.Equal("tests", lease.GetLabel("made-by"));
    }

    [Fact]
    public async Task Lease_ThatTheOperatorMakes_HasItsLabels()
    {
        _namespace = await cluster.CreateNamespaceAsync("leadership", Cancellation);
        var only = await StartAsync();
        await CreateAsync("one");

        await only.SeesAsync("one");
        Assert.Equal("tests", (await LeaseAsync())!.GetLabel("made-by"));
    }

    [Fact]
    public async Task Leader_LeaseIsTakenFromIt_StopsItsProcess()
    {
        _namespace = await cluster.CreateNamespaceAsync("leadership", Cancellation);
        var leader = await StartAsync();
        await CreateAsync("one");
        await leader.SeesAsync("one");

        await StealAsync();

        await Eventually.True(() => leader.Stopping, Cancellation);
        Assert.Equal(1, Environment.ExitCode);
        await leader.Host.StopAsync(Cancellation);
        Assert.Equal("thief", await HolderAsync());
    }

    private async Task<Instance> StartAsync()
    {
        var seen = new ConcurrentBag<string>();
        var host = new HostBuilder()
            .ConfigureServices(services =>
            {
                services.AddSingleton(seen);
                services.AddSingleton(Metrics.NewCustomRegistry());
                services.AddSingleton<IResourceClient>(new ResourceClient(cluster.Kubernetes, TimeProvider.System));
                services.AddSingleton(NewConfiguration);
                services.AddOperatorRuntime(o =>
                {
                    o.Name = "test";
                    o.Namespace = _namespace!.Name;
                    o.LeaderElection = new LeaderElectionOptions
                    {
                        LeaseDuration = TimeSpan.FromSeconds(6),
                        RenewDeadline = TimeSpan.FromSeconds(4),
                        RetryPeriod = TimeSpan.FromMilliseconds(500),
                        Namespace = _namespace.Name,
                    };
                    o.LeaderElection.Labels["made-by"] = "tests";
                }).AddController<Witness, V1ConfigMap>();
            })
            .Build();
        _hosts.Add(host);
        await host.StartAsync(Cancellation);
        return new Instance(host, seen);
    }

    private KubernetesClientConfiguration NewConfiguration() => new()
    {
        Host = cluster.Configuration.Host,
        SslCaCerts = cluster.Configuration.SslCaCerts,
        SkipTlsVerify = cluster.Configuration.SkipTlsVerify,
        TlsServerName = cluster.Configuration.TlsServerName,
        AccessToken = cluster.Configuration.AccessToken,
        ClientCertificateData = cluster.Configuration.ClientCertificateData,
        ClientCertificateKeyData = cluster.Configuration.ClientCertificateKeyData,
        ClientCertificateFilePath = cluster.Configuration.ClientCertificateFilePath,
        ClientKeyFilePath = cluster.Configuration.ClientKeyFilePath,
    };

    private Task<V1ConfigMap> CreateAsync(string name) => cluster.Kubernetes.CoreV1.CreateNamespacedConfigMapAsync(
        new V1ConfigMap { Metadata = new() { Name = name } }, _namespace!.Name, cancellationToken: Cancellation);

    private async Task<V1Lease?> LeaseAsync() =>
        await cluster.Kubernetes.CoordinationV1.ReadNamespacedLeaseAsync(Lease, _namespace!.Name, cancellationToken: Cancellation);

    private async Task<string?> HolderAsync() => (await LeaseAsync())!.Spec.HolderIdentity;

    private Task StealAsync() => Eventually.Passes(
        async () =>
        {
            // The leader renews all the while: a conflict is tried again.
            var lease = (await LeaseAsync())!;
            lease.Spec.HolderIdentity = "thief";
            lease.Spec.LeaseDurationSeconds = 3600;
            await cluster.Kubernetes.CoordinationV1.ReplaceNamespacedLeaseAsync(lease, Lease, _namespace!.Name, cancellationToken: Cancellation);
        },
        Cancellation);

    private sealed class Instance(IHost host, ConcurrentBag<string> seen)
    {
        public IHost Host => host;

        public IReadOnlyCollection<string> Seen => seen;

        public bool Stopping => host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;

        public Task SeesAsync(string name) => Eventually.True(() => seen.Contains(name), Cancellation);
    }

    private sealed class Witness(ConcurrentBag<string> seen) : IEntityController<V1ConfigMap>
    {
        public Task<ReconciliationResult<V1ConfigMap>> ReconcileAsync(V1ConfigMap entity, CancellationToken cancellationToken)
        {
            seen.Add(entity.Metadata.Name);
            return Task.FromResult(ReconciliationResult<V1ConfigMap>.Success(entity));
        }

        public Task<ReconciliationResult<V1ConfigMap>> DeletedAsync(V1ConfigMap entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<V1ConfigMap>.Success(entity));
    }
}
