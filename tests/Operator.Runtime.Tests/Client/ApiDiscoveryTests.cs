using k8s.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.TestKit;

namespace Rerank.Operator.Runtime.Tests.Client;

public sealed class ApiDiscoveryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serves_GroupThatAppearsLater_IsNoticedAfterAFewMinutes()
    {
        var served = false;
        await using var server = await FakeApiServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = served && context.Request.Path == "/apis/policy/v1" ? 200 : 404;
                return context.Response.WriteAsync("""{"resources":[{"name":"poddisruptionbudgets"}]}""", context.RequestAborted);
            },
            Cancel);
        var time = new FakeTimeProvider();
        var discovery = new ApiDiscovery(server.Kubernetes, time);

        Assert.False(await discovery.ServesAsync<V1PodDisruptionBudget>(Cancel));
        served = true;
        Assert.False(await discovery.ServesAsync<V1PodDisruptionBudget>(Cancel));
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.True(await discovery.ServesAsync<V1PodDisruptionBudget>(Cancel));
    }

    [Fact]
    public async Task Serves_InMemory_IsAllButWhatIsNamed()
    {
        var discovery = new InMemoryApiDiscovery(typeof(V2HorizontalPodAutoscaler));

        Assert.True(await discovery.ServesAsync<V1Deployment>(Cancel));
        Assert.False(await discovery.ServesAsync<V2HorizontalPodAutoscaler>(Cancel));
    }
}
