using Rerank.Operator.Runtime.Client;
using Rerank.TestKit;
using Rerank.TestKit.Contract;

[assembly: AssemblyFixture(typeof(ClusterFixture))]

namespace Rerank.ControlPlane.Tests;

public sealed class ClusterReadTests(ClusterFixture cluster) : ReadContract(new ClusterServer(cluster));

public sealed class ClusterWatchTests(ClusterFixture cluster) : WatchContract(new ClusterServer(cluster));

public sealed class ClusterApplyTests(ClusterFixture cluster) : ApplyContract(new ClusterServer(cluster));

public sealed class ClusterWorkloadTests(ClusterFixture cluster) : WorkloadContract(new ClusterServer(cluster));

public sealed class ClusterStatusTests(ClusterFixture cluster) : StatusContract(new ClusterServer(cluster));

public sealed class ClusterDeletionTests(ClusterFixture cluster) : DeletionContract(new ClusterServer(cluster));

internal sealed class ClusterServer(ClusterFixture cluster) : IContractServer
{
    private TestNamespace? _namespace;

    public string Namespace => _namespace!.Name;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        cluster.Require();
        await WidgetDefinition.InstallOnce(cluster, cancellationToken);
        _namespace = await cluster.CreateNamespaceAsync("contract", cancellationToken);
    }

    public IResourceClient Client(string fieldManager = ResourceClient.DefaultFieldManager, int pageSize = 500) =>
        new ResourceClient(cluster.Kubernetes, TimeProvider.System, fieldManager, pageSize);

    // The server's cache of a custom kind's changes begins when the kind is made known to it, well after version 1.
    public void ForgetHistory()
    {
    }

    public ValueTask DisposeAsync() => _namespace?.DisposeAsync() ?? default;
}
