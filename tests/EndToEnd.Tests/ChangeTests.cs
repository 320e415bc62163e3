using System.Text.Json.Nodes;
using Rerank.EndToEnd.Tests.Cluster;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests;

[Collection("cluster")]
public sealed class ChangeTests(Installation installation) : ClusterTest(installation)
{
    [Fact]
    public async Task Model_ChangedUnderLoad_FailsNoRequest()
    {
        await Kubectl.ApplyAsync(Samples.Models);
        await Kubectl.ApplyAsync(Samples.Model("base", "base-short", maxInputTokens: 128));
        await Kubectl.ApplyAsync(Samples.Pipeline("change"));
        var before = Revision(await ReadyAsync("change"));
        await using var load = await Clients.LoadAsync("change", retries: 0);

        await Kubectl.ApplyAsync(Samples.Pipeline("change", spec => spec.UseModel("full", "base-short")));
        var after = Revision(await ReadyAsync("change"));

        var tally = await load.AnsweredAsync(more: 50);
        Assert.NotEqual(before, after);
        Assert.True(tally.Failures == 0, tally.ToString());
        Assert.Equal([before, after], tally.Revisions.Keys.OrderBy(revision => revision != before));
    }

    [Fact]
    public async Task Model_Missing_SaysSoAndLeavesServingUntouched()
    {
        await Kubectl.ApplyAsync(Samples.Models);
        await Kubectl.ApplyAsync(Samples.Pipeline("broken"));
        var before = Revision(await ReadyAsync("broken"));

        await Kubectl.ApplyAsync(Samples.Pipeline("broken", spec => spec.UseModel("full", "not-there")));

        await Eventually.Passes(
            async () =>
            {
                var now = await Kubectl.GetAsync("rerankpipeline", "broken");
                AssertCondition(now, "Available", "True");
                Assert.Contains("not-there", (string?)AssertCondition(now, "Ready", "False")["message"], StringComparison.Ordinal);
                Assert.Equal(before, Revision(now));
            },
            Kubectl.Stop,
            Patience);
        var answer = await Clients.RerankAsync(
            "broken", "/v2/rerank", new() { ["model"] = "broken", ["query"] = "river", ["documents"] = new JsonArray("a river", "a road") });
        Assert.Equal(200, answer.Status);

        // Once the model is there, the change goes on by itself.
        await Kubectl.ApplyAsync(Samples.Model("base", "not-there", maxInputTokens: 64));
        Assert.NotEqual(before, Revision(await ReadyAsync("broken")));
    }

    [Fact]
    public async Task Model_WithAWrongDigest_NeverServes()
    {
        await Kubectl.ApplyAsync(Samples.Models);
        var forged = Samples.Model("base", "forged", maxInputTokens: 256);
        forged["spec"]!["artifact"]!["files"]![0]!["sha256"] = new string('0', 64);
        await Kubectl.ApplyAsync(forged);

        await Kubectl.ApplyAsync(Samples.Pipeline("digest", spec => spec.UseModel("full", "forged")));

        await Eventually.Passes(
            async () =>
            {
                Assert.Equal("DigestMismatch", (string?)AssertCondition(await Kubectl.GetAsync("modelversion", "forged"), "Ready", "False")["reason"]);
                AssertCondition(await Kubectl.GetAsync("rerankpipeline", "digest"), "Available", "False");
            },
            Kubectl.Stop,
            Patience);
    }
}
