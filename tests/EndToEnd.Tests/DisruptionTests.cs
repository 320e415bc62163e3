using System.Text.Json.Nodes;
using Rerank.EndToEnd.Tests.Cluster;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests;

/// <summary>Processes that die without a word, while requests come in.</summary>
[Collection("cluster")]
public sealed class DisruptionTests(Installation installation) : ClusterTest(installation)
{
    [Fact]
    public async Task Operator_KilledDuringAChange_ServingGoesOnAndTheChangeIsFinished()
    {
        await Kubectl.ApplyAsync(Samples.Models);
        await Kubectl.ApplyAsync(Samples.Model("base", "base-64", maxInputTokens: 64));
        await Kubectl.ApplyAsync(Samples.Pipeline("takeover"));
        var before = Revision(await ReadyAsync("takeover"));
        await using var load = await Clients.LoadAsync("takeover", retries: 0);

        await Kubectl.ApplyAsync(Samples.Pipeline("takeover", spec => spec.UseModel("full", "base-64")));
        await KillAsync(Installation.OperatorKubectl, "app.kubernetes.io/component=operator");

        Assert.NotEqual(before, Revision(await ReadyAsync("takeover")));
        var tally = await load.AnsweredAsync(more: 20);
        Assert.True(tally.Failures == 0, tally.ToString());
    }

    [Fact]
    public async Task RouterAndHost_Killed_ServingGoesOnAndTheyComeBack()
    {
        await Kubectl.ApplyAsync(Samples.Models);
        await Kubectl.ApplyAsync(Samples.Pipeline("kill", spec =>
        {
            spec["router"]!["replicas"] = 2;
            spec.Tier("full")["model"]!["replicas"] = new JsonObject { ["min"] = 2, ["max"] = 2 };
        }));
        await ReadyAsync("kill");
        // A connection that breaks is tried again, as clients do: what a killed router had in hand can't be answered by another one.
        await using var load = await Clients.LoadAsync("kill", retries: 5);

        await KillOneAsync("app.kubernetes.io/instance=kill,app.kubernetes.io/component=full");
        var withoutHost = await load.AnsweredAsync(more: 50);
        Assert.True(withoutHost.Failures == 0, withoutHost.ToString());

        await KillOneAsync("app.kubernetes.io/instance=kill,app.kubernetes.io/component=router");
        var withoutRouter = await load.AnsweredAsync(more: 50);
        Assert.True(withoutRouter.Failures == 0, withoutRouter.ToString());

        await Eventually.Passes(
            async () =>
            {
                var pods = await Kubectl.ListAsync("pods", "rerank.dev/pipeline=kill");
                Assert.Equal(4, pods.Count(pod => IsReady(pod!)));
            },
            Kubectl.Stop,
            Patience);
        await ReadyAsync("kill");
        var after = await load.AnsweredAsync(more: 50);
        Assert.True(after.Failures == 0, after.ToString());
    }

    private async Task KillOneAsync(string labels)
    {
        var pods = await Kubectl.ListAsync("pods", labels);
        await Kubectl.RunAsync("delete", "pod", (string)pods[0]!["metadata"]!["name"]!, "--grace-period=0", "--force");
    }

    private static Task<string> KillAsync(Kubectl kubectl, string labels) => kubectl.RunAsync("delete", "pods", "-l", labels, "--grace-period=0", "--force");

    private static bool IsReady(JsonNode pod) =>
        pod["metadata"]!["deletionTimestamp"] is null
        && (pod["status"]?["conditions"]?.AsArray().Any(condition => (string?)condition!["type"] == "Ready" && (string?)condition["status"] == "True") ?? false);
}
