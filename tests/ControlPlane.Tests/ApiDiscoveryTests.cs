using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Client;
using Rerank.TestKit;

namespace Rerank.ControlPlane.Tests;

public sealed class ApiDiscoveryTests(ClusterFixture cluster)
{
    [Fact]
    public async Task Serves_KindsOfARealServer_SaysWhichThereAre()
    {
        var cancel = TestContext.Current.CancellationToken;
        var discovery = new ApiDiscovery(cluster.Kubernetes, TimeProvider.System);

        Assert.True(await discovery.ServesAsync<V1ConfigMap>(cancel));
        Assert.True(await discovery.ServesAsync<V1Deployment>(cancel));
        Assert.False(await discovery.ServesAsync<Unheard>(cancel));
        Assert.False(await discovery.ServesAsync<UnheardDeployment>(cancel));
    }

    [KubernetesEntity(Group = "unheard.rerank.dev", ApiVersion = "v1", Kind = "Unheard", PluralName = "unheards")]
    private sealed class Unheard : IKubernetesObject<V1ObjectMeta>
    {
        public string ApiVersion { get; set; } = "";

        public string Kind { get; set; } = "";

        public V1ObjectMeta Metadata { get; set; } = new();
    }

    [KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "Unheard", PluralName = "unheards")]
    private sealed class UnheardDeployment : IKubernetesObject<V1ObjectMeta>
    {
        public string ApiVersion { get; set; } = "";

        public string Kind { get; set; } = "";

        public V1ObjectMeta Metadata { get; set; } = new();
    }
}
