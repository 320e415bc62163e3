using Rerank.Contracts.Evidence;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Rollouts;

/// <summary>Other images of router and host, for many pipelines.</summary>
public sealed class EngineTests(ControlPlane server)
{
    private const int Pipelines = 20;
    private const string Bad = "team-07";

    [Fact]
    [Trait("Fault", "T86")]
    public async Task OtherImages_TheOperatorRestarts_FewPipelinesAtOnce_OneThatIsWorseStaysWhereItWas()
    {
        using var world = FaultWorld.InMemory();
        world.Network.TakesAnyToken = true;
        await world.ApplyAsync(Samples.Model("base"));
        for (var i = 0; i < Pipelines; i++)
            await world.ApplyAsync(Samples.Of(Spec(i), Name(i)));
        await UntilAsync(world, async () => (await EnginesAsync(world)).Count(e => e == "test/host:1") == Pipelines);

        (world.Settings.Images.Router, world.Settings.Images.RerankerHost) = ("test/router:2", "test/host:2");
        world.RestartOperator();
        var most = 0;
        await UntilAsync(world, async () =>
        {
            most = Math.Max(most, await UnderWayAsync(world));
            if (world.Lives < 8)
                world.RestartOperator();
            foreach (var router in world.Nodes.Pods.Where(p => p.Deployment == $"{Bad}-router").Select(p => p.Router!).Where(r => r is { Seen: not null, Table.Candidate.TrafficPermille: > 0 }))
                router.Seen = router.Seen! with { Trip = new(BuiltInLimit.InvalidScores, "3 requests", world.Time.GetUtcNow()) };
            return (await EnginesAsync(world)).Count(e => e == "test/host:2") == Pipelines - 1 && await UnderWayAsync(world) == 0;
        });

        Assert.Equal(world.Settings.Engine.MaxPipelines, most);
        for (var turn = 0; turn < 10; turn++)
            await world.TurnAsync();
        Assert.Equal(0, await UnderWayAsync(world));
        var bad = (await world.PipelineAsync(Bad)).Status!;
        Assert.Equal("test/host:1", bad.Engine!.Host);
        Assert.Equal(Reasons.EngineRejected, bad.Conditions.Single(c => c.Type == "EngineCurrent").Reason);
        Assert.Equal(ConditionStatus.True, bad.Conditions.Single(c => c.Type == "Ready").Status);
        Assert.All(
            world.Nodes.Pods,
            p => Assert.All(p.Pod.Spec.Containers, c => Assert.EndsWith(p.Deployment.StartsWith(Bad, StringComparison.Ordinal) ? ":1" : ":2", c.Image, StringComparison.Ordinal)));
    }

    [Theory]
    [Trait("Fault", "T85")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NodesDrainedAndOperatorUpgraded_InTheMiddleOfAStep_TheStepGoesOn_AndTheImagesComeAfterIt(bool isReal)
    {
        using var world = await FaultWorld.OnAsync(server, isReal);
        await Deploy.DoneAsync(world, Deploy.Steps);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.Steps));
        await world.UntilStepAsync("half");
        var candidate = (await world.PipelineAsync()).Status!.Candidate!.Revision;

        (world.Settings.Images.Router, world.Settings.Images.RerankerHost) = ("test/router:2", "test/host:2");
        world.RestartOperator();
        // One at a time, as disruption budgets have it.
        foreach (var pod in world.Nodes.Pods.Select(p => p.Pod.Metadata.Name).ToList())
        {
            await world.Nodes.KillAsync(pod, TestContext.Current.CancellationToken);
            for (var turn = 0; turn < 3; turn++)
                await world.TurnAsync();
        }

        await world.UntilAsync(async () => (await world.StableAsync())!.Name == candidate, most: 200);
        await world.UntilAsync(async () => (await world.PipelineAsync()).Status is { Engine.Host: "test/host:2", Candidate: null }, most: 400);
        // What was replaced goes when its requests are over.
        await world.UntilAsync(() => Task.FromResult(world.Nodes.Pods.All(p => p.Pod.Spec.Containers.All(c => c.Image.EndsWith(":2", StringComparison.Ordinal)))));

        Assert.Equal("better", (await world.ServedModelsAsync())["full"]);
        Assert.Empty((await world.PipelineAsync()).Status!.Rejected ?? []);
        Assert.Equal(3, world.Invariants.StableHistory.Count);
    }

    private static async Task UntilAsync(FaultWorld world, Func<Task<bool>> holds)
    {
        for (var turn = 0; !await holds(); turn++)
        {
            Assert.True(turn < 400, string.Join('\n', await EnginesAsync(world)));
            await world.TurnAsync();
        }
    }

    private static string Name(int number) => $"team-{number:00}";

    // Each is a revision of its own.
    private static RerankPipelineSpec Spec(int number) => new()
    {
        Router = new() { Replicas = 1, RequestTimeoutMilliseconds = 1000 + number },
        Tiers = [Samples.Pool("full", "base", 1, 1)],
        Rollout = new() { Steps = [new() { Name = "half", TrafficPermille = 500, MinRequests = 400 }], BakeSeconds = 2, RetainStableSeconds = 0, Analysis = new() { Metrics = [] } },
    };

    private static async Task<IReadOnlyList<string?>> EnginesAsync(FaultWorld world) => [.. (await world.ListAsync<RerankPipeline>()).Select(p => p.Status?.Engine?.Host)];

    private static async Task<int> UnderWayAsync(FaultWorld world) => (await world.ListAsync<k8s.Models.V1ControllerRevision>())
        .GroupBy(r => r.Metadata.OwnerReferences[0].Name, RevisionObject.Read)
        .Count(p => p.Any(r => r.Role == RevisionRole.Candidate || r.IsGuarded));
}
