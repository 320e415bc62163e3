using Rerank.Operator.Api;
using Rerank.TestKit;

namespace Rerank.LocalMode.Tests.Server;

/// <summary>The plugin writes directives beside the folder that local mode applies again and again.</summary>
public sealed class DirectivesTests
{
    private const string Candidate = "f6e5d4c3b2";

    private static readonly RerankPipelineStatus Rolling = new()
    {
        Stable = new() { Revision = "a1b2c3d4e5", TrafficPermille = 1000 },
        Candidate = new() { Revision = Candidate, Attempt = 1 },
        Rejected = [new() { Revision = "cccccccccc", Reason = "ErrorRate", Attempts = 2, Time = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc) }],
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pause_ThenAnEditOfTheFolder_SurvivesAndCanBeTakenBack()
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        await cluster.SetStatusAsync(Rolling, Cancel);

        Assert.Equal(0, (await cluster.RerankAsync("pause quickstart", Cancel)).ExitCode);
        Assert.Equal(0, (await cluster.RerankAsync("retry quickstart ccc", Cancel)).ExitCode);
        var text = await File.ReadAllTextAsync(cluster.PipelineFile, Cancel);
        await File.WriteAllTextAsync(cluster.PipelineFile, text.Replace("ttlSeconds: 3600", "ttlSeconds: 1800", StringComparison.Ordinal), Cancel);
        await Eventually.Passes(
            async () => Assert.Equal(1800, (await cluster.GetPipelineAsync(Cancel))!.Spec.Tiers[0].Cache!.TtlSeconds), Cancel);

        Assert.Equal(
            [(Candidate, DirectiveAction.Pause, null), ("cccccccccc", DirectiveAction.Retry, 3)],
            (await DirectivesAsync(cluster)).Select(directive => (directive.Revision, directive.Action, directive.Attempt)));

        Assert.Equal(0, (await cluster.RerankAsync("resume quickstart", Cancel)).ExitCode);
        Assert.Equal(DirectiveAction.Retry, Assert.Single(await DirectivesAsync(cluster)).Action);
    }

    [Fact]
    public async Task Promote_BesideADirectiveOfTheFolder_LeavesItAlone()
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        await cluster.SetStatusAsync(Rolling, Cancel);
        var text = await File.ReadAllTextAsync(cluster.PipelineFile, Cancel);
        await File.WriteAllTextAsync(
            cluster.PipelineFile, text.Replace("    steps: []", $"    steps: []\n    directives:\n    - revision: {Candidate}\n      action: Pause", StringComparison.Ordinal), Cancel);
        await Eventually.Passes(async () => Assert.Single(await DirectivesAsync(cluster)), Cancel);

        Assert.Equal(0, (await cluster.RerankAsync("promote quickstart", Cancel)).ExitCode);
        Assert.Equal([DirectiveAction.Pause, DirectiveAction.PromoteNow], (await DirectivesAsync(cluster)).Select(directive => directive.Action).Order());

        var resumed = await cluster.RerankAsync("resume quickstart", Cancel);
        Assert.Equal(1, resumed.ExitCode);
        Assert.Contains("others wrote", resumed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_WhileOthersWriteTheStatus_IsWritten()
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        await cluster.SetStatusAsync(Rolling, Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var busy = Task.Run(
            async () =>
            {
                for (var generation = 1; !stop.IsCancellationRequested; generation++)
                {
                    await cluster.SetStatusAsync(
                        new() { Candidate = Rolling.Candidate, Router = new() { ConfigGeneration = generation } }, CancellationToken.None);
                    await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
                }
            },
            Cancel);

        var results = new List<CommandResult>();
        for (var turn = 0; turn < 5; turn++)
            results.Add(await cluster.RerankAsync("pause quickstart", Cancel));
        await stop.CancelAsync();
        await busy;

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.Error));
        Assert.Equal(DirectiveAction.Pause, Assert.Single(await DirectivesAsync(cluster)).Action);
    }

    private static async Task<IReadOnlyList<DirectiveSpec>> DirectivesAsync(LocalCluster cluster) =>
        (await cluster.GetPipelineAsync(Cancel))!.Spec.Rollout.Directives ?? [];
}
