using Rerank.Contracts.Evidence;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Schedules;

/// <summary>One schedule, from its seed.</summary>
/// <param name="newWorld">Another world on a server of the same kind.</param>
internal sealed class RandomSchedule(int seed, FaultWorld world, Func<Task<FaultWorld>> newWorld)
{
    private const int Changes = 3;

    // What is on its way through a rollout at the end of the faults, and the one after it, must be done by then.
    private const int Enough = 200;

    // Requests in a turn, so that one of a thousand is enough to judge by.
    private const int Plenty = 100_000;

    private static readonly string[] KindsThatLag = ["pods", "deployments", "configmaps", "services", "networkpolicies", "modelversions", "rerankpipelines"];

    private readonly Random _random = new(seed);
    private readonly RandomSpecs _specs = new(new Random(seed), new Random(~seed));

    public async Task RunAsync()
    {
        foreach (var model in RandomSpecs.Models)
            await world.ApplyAsync(Samples.Model(model));
        var faults = new RandomFaults(seed, rate: 0.01 + (_random.NextDouble() * 0.14));
        world.Plan.On(_ => true, faults.Of);
        world.Post.Order = new(seed);
        RerankPipelineSpec spec = new();
        for (var change = 0; change < Changes; change++)
        {
            spec = _specs.Next();
            await world.ApplyAsync(Samples.Of(spec));
            for (var turns = _random.Next(1, 10); turns > 0; turns--)
            {
                await TroubleAsync();
                await world.TurnAsync();
            }
        }

        world.Plan.Clear();
        (world.Stale, world.Nodes.Outcome) = (_ => false, _ => null);
        world.Traffic.PerTurn = Plenty;
        await world.UntilAsync(IsDoneAsync, Enough);
        await world.SettleAsync();

        // A report that couldn't be stored in time of trouble is tried again within that time.
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.SettleAsync();
        await world.AssertQuietAsync(TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(5));
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Available")).Status);
        if ((await world.ConditionAsync("Ready")).Status == ConditionStatus.True)
            await AssertAsIfNewAsync(spec);
    }

    /// <summary>Ready, or rejected for a reason that it was given; and nothing of what was is left.</summary>
    private async Task<bool> IsDoneAsync()
    {
        var pipeline = await world.PipelineAsync();
        var ready = pipeline.Status?.Conditions.FirstOrDefault(c => c.Type == "Ready");
        return ready is not null && ready.ObservedGeneration == pipeline.Metadata.Generation
            && (ready.Status == ConditionStatus.True || ready.Reason == Reasons.RolledBack)
            && (await world.RevisionsAsync()).All(r => r.Role is RevisionRole.Stable or RevisionRole.Retired && r.Rollout.BakesAgainst is null);
    }

    /// <summary>Oracle D: however it came to this spec, it is as if it had been the first one.</summary>
    private async Task AssertAsIfNewAsync(RerankPipelineSpec spec)
    {
        using var fresh = await newWorld();
        foreach (var model in RandomSpecs.Models)
            await fresh.ApplyAsync(Samples.Model(model));
        await fresh.ApplyAsync(Samples.Of(spec));
        await fresh.SettleAsync();
        EndState.AssertSame(EndState.WithoutHomes(await fresh.EndStateAsync()), EndState.WithoutHomes(await world.EndStateAsync()));
    }

    private async Task TroubleAsync()
    {
        switch (_random.Next(12))
        {
            // Never the last one of its kind, so that requests are answered throughout.
            case 0 when world.Nodes.Pods.Where(p => world.Nodes.Pods.Any(o => o.IsReady && o != p && o.Deployment == p.Deployment)).ToList() is { Count: > 0 } pods:
                await world.Nodes.KillAsync(pods[_random.Next(pods.Count)].Pod.Metadata.Name, TestContext.Current.CancellationToken);
                break;
            case 1:
                world.RestartOperator();
                break;
            case 2:
                var bad = RandomSpecs.Models[_random.Next(RandomSpecs.Models.Length)];
                world.Nodes.Outcome = m => m.Name == bad && !IsUsed(bad) ? Samples.Failed(m, ModelFailure.LoadFailed, "no") : null;
                break;
            case 3:
                var lags = KindsThatLag[_random.Next(KindsThatLag.Length)];
                world.Stale = kind => kind == lags;
                break;
            case 4:
                world.Stale = _ => false;
                break;
            case 5 when _random.Next(3) == 0:
                foreach (var router in world.Nodes.ReadyRouters.Where(r => r.Seen is not null && r.Table?.Candidate is not null))
                    router.Seen = router.Seen! with { Trip = new(BuiltInLimit.InvalidScores, "3 requests", world.Time.GetUtcNow()) };
                break;
            case 6:
                world.Time.Advance(TimeSpan.FromSeconds(_random.Next(1, 60)));
                break;
        }
    }

    private bool IsUsed(string model) =>
        world.Nodes.Pods.Select(p => p.Router?.Table).OfType<RoutingTable>()
            .SelectMany(t => t.Candidate is null ? t.Stable.Tiers : [.. t.Stable.Tiers, .. t.Candidate.Arm.Tiers])
            .Any(t => t.Model?.Model == model);
}
