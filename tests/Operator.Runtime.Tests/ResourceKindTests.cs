using k8s.Models;
using Rerank.TestKit.Contract;

namespace Rerank.Operator.Runtime.Tests;

public sealed class ResourceKindTests
{
    [Theory]
    [InlineData(typeof(V1ConfigMap), "v1", "ConfigMap", "configmaps", true, false)]
    [InlineData(typeof(V1Deployment), "apps/v1", "Deployment", "deployments", true, true)]
    [InlineData(typeof(V1NetworkPolicy), "networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", true, false)]
    [InlineData(typeof(V2HorizontalPodAutoscaler), "autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true, true)]
    [InlineData(typeof(V1Namespace), "v1", "Namespace", "namespaces", false, true)]
    [InlineData(typeof(Widget), "test.rerank.dev/v1", "Widget", "widgets", true, true)]
    public void Of_KindsOfTheClusterAndOwn_SaysWhatTheyAre(Type type, string apiVersion, string kind, string plural, bool namespaced, bool hasStatus)
    {
        var resource = ResourceKind.Of(type);

        Assert.Equal((apiVersion, kind, plural), (resource.ApiVersion, resource.Kind, resource.Plural));
        Assert.Equal((namespaced, hasStatus), (resource.Namespaced, resource.HasStatus));
    }

    [Fact]
    public void Of_TypeThatIsNoKind_Throws() => Assert.Throws<ArgumentException>(() => ResourceKind.Of(typeof(string)));
}
