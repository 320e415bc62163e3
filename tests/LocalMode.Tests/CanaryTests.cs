using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Rerank.DisturbModel;
using Rerank.TestKit;

namespace Rerank.LocalMode.Tests;

/// <summary>The sample config/samples/canary, used as its documentation says.</summary>
[Collection("local mode")]
public sealed partial class CanaryTests
{
    private const string ModelOfTheSample = "name: tiny\n";

    // Less than a minute on a machine that does nothing else.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Canary_WorseModel_IsTakenOutByTopKOverlapEachTimeItIsTried()
    {
        await using var local = LocalOperator.Start("canary", FillClaim);
        var stable = await RevisionAsync(local);
        await using var load = ClientLoad.Start(local.Client.BaseAddress!, rate: 15, documents: 24);

        await EditAsync(local, ModelOfTheSample, "name: worse\n");
        var worse = (await PrintedAsync(local, Rejected(), times: 1)).Groups["revision"].Value;
        Assert.NotEqual(stable, worse);
        Assert.Equal(stable, await RevisionAsync(local));

        await EditAsync(local, "  rollout:\n", $"  rollout:\n    directives:\n    - revision: {worse}\n      action: Retry\n");
        Assert.Equal(worse, (await PrintedAsync(local, Rejected(), times: 2)).Groups["revision"].Value);

        Assert.True(load.Failures() == 0, load.ToString());
        Assert.Equal(stable, await RevisionAsync(local));
    }

    [Fact]
    public async Task Canary_GoodModel_WaitsForItsApprovalAndIsPromoted()
    {
        await using var local = LocalOperator.Start("canary", FillClaim);
        var stable = await RevisionAsync(local);
        await using var load = ClientLoad.Start(local.Client.BaseAddress!, rate: 15, documents: 24);

        var text = await File.ReadAllTextAsync(local.PipelineFile, Stop);
        await File.WriteAllTextAsync(
            local.PipelineFile,
            text.Replace(ModelOfTheSample, "name: tiny-int8\n", StringComparison.Ordinal)
                .Replace("    - name: half\n", "    - name: half\n      approval: Required\n", StringComparison.Ordinal)

                // As long as a slow machine may take to tell of the promotion, and more.
                .Replace("bakeSeconds: 20\n", "bakeSeconds: 120\n", StringComparison.Ordinal),
            Stop);
        await PrintedAsync(local, AwaitingApproval(), times: 1);
        var candidate = await RevisionAsync(local, force: "always");
        Assert.NotEqual(stable, candidate);
        Assert.Equal(stable, await RevisionAsync(local, force: "never"));

        await EditAsync(local, "  rollout:\n", $"  rollout:\n    directives:\n    - revision: {candidate}\n      action: Approve\n      step: half\n");
        await PrintedAsync(local, Serving(candidate), times: 1);

        // Promoted, it answers all but the 200 thousandths that the sample holds back while it bakes. Routers are told after the promotion is stored.
        var earlier = load.AnswersOf(stable);
        await Eventually.True(() => load.AnswersOf(stable) > earlier, Stop, Patience);
        var (before, answers) = (load.AnswersOf(stable), load.AnswersOf(candidate));
        await Eventually.True(() => load.AnswersOf(candidate) >= answers + 100, Stop, Patience);
        Assert.InRange(load.AnswersOf(stable), before + 1, before + 75);
        Assert.Equal(stable, await RevisionAsync(local, force: "never"));
        Assert.True(load.Failures() == 0, load.ToString());
    }

    /// <summary>What the sample's models.sh does.</summary>
    private static void FillClaim(string directory)
    {
        var source = Repository.File("models", "tiny");
        var claim = Path.Combine(directory, "claims", "models");
        var tiny = Directory.CreateDirectory(Path.Combine(claim, "tiny")).FullName;
        foreach (var file in (string[])["model.onnx", "model.int8.onnx", "tokenizer.json"])
            File.Copy(Path.Combine(source, file), Path.Combine(tiny, file));
        new ModelFolder(source, Path.Combine(claim, "worse"), "model.onnx").Write(
            model => Disturbance.Noise(model, "m.bert.embeddings.word_embeddings.weight", permille: 140, seed: 1));
    }

    private static async Task EditAsync(LocalOperator local, string before, string after)
    {
        var text = await File.ReadAllTextAsync(local.PipelineFile, Stop);
        Assert.Contains(before, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(local.PipelineFile, text.Replace(before, after, StringComparison.Ordinal), Stop);
    }

    /// <summary>Waits until the operator has printed something so often, and returns the last of it.</summary>
    private static Task<Match> PrintedAsync(LocalOperator local, Regex what, int times) => Eventually.Passes(
        () =>
        {
            var output = local.Output;
            var matches = what.Matches(output);
            Assert.True(matches.Count >= times, output);
            return Task.FromResult(matches[^1]);
        },
        Stop,
        Patience);

    /// <summary>The revision that answers.</summary>
    /// <param name="force">Which one is asked for by header; null: whichever it is.</param>
    private static Task<string> RevisionAsync(LocalOperator local, string? force = null) => Eventually.Passes(
        async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/rerank")
            {
                Content = JsonContent.Create(new { model = "canary", query = "how is bread made", documents = new[] { "Bread is made of flour.", "Tea is made of leaves." } }),
            };
            if (force is not null)
                request.Headers.Add("X-Rerank-Candidate", force);
            using var response = await local.Client.SendAsync(request, Stop);
            Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}\n{local.Output}");
            return Assert.Single(response.Headers.GetValues("X-Rerank-Revision"));
        },
        Stop,
        Patience);

    [GeneratedRegex(@"Ready=False \(RolledBack: Revision (?<revision>\w+) is what the spec asks for, and was rejected \(OverlapRegression\)")]
    private static partial Regex Rejected();

    private static Regex Serving(string revision) => new($@"Ready=True \(SpecServing: Revision {revision} ");

    [GeneratedRegex(@"Ready=False \(AwaitingApproval:")]
    private static partial Regex AwaitingApproval();
}
