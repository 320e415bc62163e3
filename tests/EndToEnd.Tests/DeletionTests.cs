using Rerank.EndToEnd.Tests.Cluster;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests;

[Collection("cluster")]
public sealed class DeletionTests(Installation installation) : ClusterTest(installation)
{
    private const string OwnedKinds =
        "deployments,replicasets,pods,services,endpoints,configmaps,secrets,networkpolicies,horizontalpodautoscalers,poddisruptionbudgets,controllerrevisions";

    [Fact]
    public async Task Pipeline_Deleted_EverythingItOwnedGoes()
    {
        await Kubectl.ApplyAsync(Samples.Models);
        await Kubectl.ApplyAsync(Samples.Pipeline("short-lived"));
        await ReadyAsync("short-lived");
        Assert.NotEmpty(await Kubectl.ListAsync(OwnedKinds, "rerank.dev/pipeline=short-lived"));

        await Kubectl.RunAsync("delete", "rerankpipeline", "short-lived");

        await Eventually.Passes(
            async () =>
            {
                var left = await Kubectl.ListAsync(OwnedKinds, "rerank.dev/pipeline=short-lived");
                Assert.True(left.Count == 0, string.Join(", ", left.Select(manifest => $"{manifest!["kind"]} {manifest["metadata"]!["name"]}")));
            },
            Kubectl.Stop,
            Patience);
    }

    [Fact]
    public async Task ModelVersion_InUse_GoesAndItsPipelineServesOn()
    {
        await Kubectl.ApplyAsync(Samples.Models);
        await Kubectl.ApplyAsync(Samples.Model("base", "held", maxInputTokens: 100));
        await Kubectl.ApplyAsync(Samples.Pipeline("holder", spec => spec.UseModel("full", "held")));
        await ReadyAsync("holder");
        await Eventually.Passes(
            async () => AssertCondition(await Kubectl.GetAsync("modelversion", "held"), "InUse", "True"), Kubectl.Stop, Patience);

        // Waits until it is gone.
        await Kubectl.RunAsync("delete", "modelversion", "held");

        await Eventually.Passes(
            async () =>
            {
                var holder = await Kubectl.GetAsync("rerankpipeline", "holder");
                AssertCondition(holder, "Ready", "False");
                AssertCondition(holder, "Available", "True");
            },
            Kubectl.Stop,
            Patience);
    }
}
