using System.Text.Json.Nodes;
using Rerank.EndToEnd.Tests.Cluster;
using Rerank.EndToEnd.Tests.Images;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Canary;

/// <summary>Candidates, good and bad, while an application asks. The times that they take go to the tests' output.</summary>
[Collection("cluster")]
public sealed class CanaryTests(Installation installation, CanaryPipeline canary) : ClusterTest(installation), IClassFixture<CanaryPipeline>
{
    [Fact]
    public async Task GoodCandidate_UnderLoad_IsPromotedWithoutARestartOrALoad()
    {
        await canary.EnsureAsync();
        var before = await PipelineAsync();
        var model = await StableModelAsync(before) == DisturbedModels.Good ? DisturbedModels.AlsoGood : DisturbedModels.Good;
        var pods = await PodsAsync();
        var start = await canary.Load.TallyAsync();
        await using var watch = await RolloutWatch.StartAsync(Kubectl, CanaryPipeline.Name);

        await canary.UseAsync(model);
        var after = await ReadyAsync(CanaryPipeline.Name);

        var promoted = Revision(after);
        Assert.NotEqual(Revision(before), promoted);
        var tally = await canary.Load.AnsweredAsync(more: 30);
        Assert.True(tally.Failures == 0, tally.ToString());
        Assert.Equal(pods, await PodsAsync());
        Assert.Equal(watch.Processes().Select(process => process.Split(' ')[0]).Distinct().Count(), watch.Processes().Count());
        var first = tally.Revisions[promoted].First;
        Assert.True(watch.LastLoading(DisturbedModels.Good, DisturbedModels.AlsoGood) < first, "a model was loaded after the candidate's first answer");
        // A session that the candidate has answered stays with it while its share rises.
        Assert.InRange(tally.SessionSwitches - start.SessionSwitches, 1, LoadTally.Sessions);
        Report($"| {model} | promoted after {(await PromotedTimeAsync(promoted) - first).TotalSeconds:F1} s of traffic | | | {tally.Revisions[promoted].Count} |");
    }

    [Theory]
    [InlineData(DisturbedModels.Failing, "InvalidScores|HardLimitExceeded|ErrorRateRegression|OverlapRegression")]
    [InlineData(DisturbedModels.NotANumber, "InvalidScores")]
    [InlineData(DisturbedModels.Slow, "LatencyRegression")]
    [InlineData(DisturbedModels.BrokenTokenizer, "OverlapRegression")]
    [InlineData(DisturbedModels.SubtlyWorse, "OverlapRegression")]
    public async Task WorseCandidate_UnderLoad_IsRolledBackAndNoRequestFails(string model, string reason)
    {
        await canary.EnsureAsync();
        var before = await PipelineAsync();
        var pods = await PodsAsync();
        await using var watch = await RolloutWatch.StartAsync(Kubectl, CanaryPipeline.Name);

        await canary.UseAsync(model);
        var (rejected, after) = await RejectedAsync(before);

        Assert.Matches($"^({reason})$", (string)rejected["reason"]!);
        var revision = (string)rejected["revision"]!;
        var tally = await canary.Load.AnsweredAsync(more: 30);
        Report($"| {model} {await RolloutTimes.OfAsync(Kubectl, watch, revision, tally)}");
        Assert.True(tally.Failures == 0, tally.ToString());
        Assert.Equal(Revision(before), Revision(after));
        Assert.Equal(pods, await PodsAsync());
        Assert.Equal(watch.Processes().Select(process => process.Split(' ')[0]).Distinct().Count(), watch.Processes().Count());

        // Nothing reaches it any more: every later answer is stable's.
        var later = await canary.Load.AnsweredAsync(more: 30);
        Assert.Equal(tally.Revisions.GetValueOrDefault(revision), later.Revisions.GetValueOrDefault(revision));
    }

    [Fact]
    public async Task CrashLoopingCandidate_InPodsOfItsOwn_IsRolledBackAndNoRequestFails()
    {
        await canary.EnsureAsync();
        var before = await PipelineAsync();
        var model = await StableModelAsync(before);
        var pods = await PodsAsync();

        await canary.UseAsync(model, spec =>
        {
            spec["rollout"]!["progressDeadlineSeconds"] = 40;
            spec["rollout"]!["capacity"] = new JsonObject { ["placement"] = "DedicatedPods" };
            // Too little for the model: the container is killed again and again.
            spec.Tier("full")["model"]!["resources"] = new JsonObject { ["limits"] = new JsonObject { ["memory"] = "48Mi" } };
        });
        var (rejected, after) = await RejectedAsync(before);

        Assert.Equal("ProgressDeadlineExceeded", (string?)rejected["reason"]);
        Assert.Matches("CrashLooping|OutOfMemory", (string)rejected["message"]!);
        var tally = await canary.Load.AnsweredAsync(more: 30);
        Assert.True(tally.Failures == 0, tally.ToString());
        Assert.Equal(Revision(before), Revision(after));
        Assert.DoesNotContain((string)rejected["revision"]!, tally.Revisions.Keys);
        // Its pods go; those that serve are still the same.
        await Eventually.Passes(async () => Assert.Equal(pods, await PodsAsync()), Kubectl.Stop, Patience);
        Report($"| crash-looping | `{rejected["reason"]}` | | | 0 |");
    }

    private static void Report(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);

    private Task<JsonNode> PipelineAsync() => Kubectl.GetAsync("rerankpipeline", CanaryPipeline.Name);

    /// <summary>Waits until a revision that wasn't before is rejected.</summary>
    private Task<(JsonNode Rejected, JsonNode Pipeline)> RejectedAsync(JsonNode before) => Eventually.Passes(
        async () =>
        {
            var known = Rejected(before).Select(rejected => (string?)rejected!["revision"]).ToHashSet();
            var now = await PipelineAsync();
            var rejected = Assert.Single(Rejected(now), rejected => !known.Contains((string?)rejected!["revision"]));
            Assert.Equal("RolledBack", (string?)AssertCondition(now, "Ready", "False")["reason"]);
            AssertCondition(now, "Available", "True");
            AssertCondition(now, "TrafficConverged", "True");
            return (rejected!, now);
        },
        Kubectl.Stop,
        Patience);

    private static JsonArray Rejected(JsonNode pipeline) => pipeline["status"]!["rejected"]?.AsArray() ?? [];

    /// <summary>Every pod with how often its containers were started.</summary>
    private async Task<IEnumerable<string>> PodsAsync() =>
        from pod in await Kubectl.ListAsync("pods", $"rerank.dev/pipeline={CanaryPipeline.Name}")
        let starts = pod["status"]!["containerStatuses"]!.AsArray().Select(container => $"{container!["restartCount"]}")
        let line = $"{pod["metadata"]!["name"]} {pod["metadata"]!["uid"]} {string.Join(',', starts)}"
        orderby line
        select line;

    private async Task<string> StableModelAsync(JsonNode pipeline)
    {
        var revisions = await Kubectl.ListAsync("controllerrevisions", $"rerank.dev/pipeline={CanaryPipeline.Name},rerank.dev/role=stable");
        var stable = Assert.Single(revisions, revision => ((string)revision!["metadata"]!["name"]!).EndsWith(Revision(pipeline), StringComparison.Ordinal));
        return stable!.ToJsonString().Contains($"\"{DisturbedModels.AlsoGood}\"", StringComparison.Ordinal) ? DisturbedModels.AlsoGood : DisturbedModels.Good;
    }

    private async Task<DateTimeOffset> PromotedTimeAsync(string revision)
    {
        var reports = await Kubectl.ListAsync("configmaps", $"rerank.dev/revision={revision},app.kubernetes.io/component=report");
        var report = JsonNode.Parse((string)Assert.Single(reports)!["data"]!["report.json"]!)!;
        return (DateTimeOffset)report["decisions"]!.AsArray().Last(decision => (string?)decision!["what"] == "Promoted")!["time"]!;
    }
}
