using System.Text;
using k8s;
using k8s.Models;
using Prometheus;
using Rerank.Operator.Runtime.Client;
using Rerank.TestKit;

namespace Rerank.Operator.Runtime.Tests.Client;

public sealed class RequestMetricsTests
{
    [Fact]
    public async Task Send_AnsweredAndUnanswered_AreCountedByCodeAndMethod()
    {
        var cancel = TestContext.Current.CancellationToken;
        var registry = Metrics.NewCustomRegistry();
        var server = await FakeApiServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = 404;
                return Task.CompletedTask;
            },
            cancel);
        using var kubernetes = new Kubernetes(new() { Host = server.Kubernetes.BaseUri.ToString() }, new RequestMetrics(registry));
        var client = new ResourceClient(kubernetes, TimeProvider.System);

        await client.GetAsync<V1ConfigMap>(new("ns", "a"), cancel);
        await server.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync<V1ConfigMap>(new("ns", "a"), cancel));

        using var text = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(text, cancel);
        var exported = Encoding.UTF8.GetString(text.ToArray());
        Assert.Contains("rest_client_requests_total{code=\"404\",method=\"GET\"} 1", exported, StringComparison.Ordinal);
        Assert.Contains("rest_client_requests_total{code=\"<error>\",method=\"GET\"} 1", exported, StringComparison.Ordinal);
    }
}
