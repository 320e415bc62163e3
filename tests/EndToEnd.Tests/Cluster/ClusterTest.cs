using System.Text.Json.Nodes;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Cluster;

/// <summary>A test on the installed operator. When it fails, what the cluster can tell goes to the test's output.</summary>
public abstract class ClusterTest(Installation installation) : IAsyncLifetime
{
    /// <summary>Pods start on a busy machine, and models load.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private protected Installation Installation { get; } = installation;

    private protected Kubectl Kubectl => Installation.Kubectl;

    private protected ClientPods Clients => new(Kubectl, Installation.ImageTag);

    public async ValueTask InitializeAsync() => await Installation.EnsureAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            await new Diagnosis(TestContext.Current.TestOutputHelper!).WriteAsync(Kubectl, Installation.OperatorKubectl);
        if (Installation.IsReady)
            await Kubectl.TryAsync("delete", "rerankpipelines", "-l", Samples.OneTest, "--timeout=60s");
    }

    /// <summary>Waits until the pipeline's spec is what answers, and returns the pipeline.</summary>
    private protected Task<JsonNode> ReadyAsync(string pipeline) =>
        Eventually.Passes(
            async () =>
            {
                var now = await Kubectl.GetAsync("rerankpipeline", pipeline);
                Assert.Equal((long?)now["metadata"]!["generation"], (long?)now["status"]?["observedGeneration"]);
                AssertCondition(now, "Available", "True");
                AssertCondition(now, "Ready", "True");
                return now;
            },
            Kubectl.Stop,
            Patience);

    private protected static JsonNode AssertCondition(JsonNode manifest, string type, string status)
    {
        var conditions = manifest["status"]?["conditions"]?.AsArray() ?? [];
        var condition = conditions.SingleOrDefault(condition => (string?)condition!["type"] == type);
        Assert.True(
            (string?)condition?["status"] == status, $"{manifest["kind"]} {manifest["metadata"]!["name"]} isn't {type}={status}: {conditions.ToJsonString()}");
        return condition!;
    }

    private protected static string Revision(JsonNode pipeline) => (string)pipeline["status"]!["stable"]!["revision"]!;
}
