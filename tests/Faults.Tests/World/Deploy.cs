using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.World;

/// <summary>Where many tests begin.</summary>
internal static class Deploy
{
    /// <summary>Models and a pipeline, nothing of it seen by the operator yet.</summary>
    public static async Task ApplyAsync(FaultWorld world, Action<RerankPipelineSpec>? change = null)
    {
        foreach (var model in new[] { "tiny", "base", "better" })
            await world.ApplyAsync(Samples.Model(model));
        await world.ApplyAsync(Samples.TwoTiers(change: change));
    }

    /// <summary>A pipeline that serves.</summary>
    public static async Task DoneAsync(FaultWorld world, Action<RerankPipelineSpec>? change = null)
    {
        await ApplyAsync(world, change);
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
    }

    /// <summary>Replaced revisions go at once, so that a test sees it.</summary>
    public static void Impatient(RerankPipelineSpec spec) => (spec.Rollout.RetainStableSeconds, spec.Rollout.BakeSeconds) = (0, 0);

    /// <summary>Compared, then half of the traffic, then all of it under guard for a while.</summary>
    public static void Steps(RerankPipelineSpec spec) => spec.Rollout = new()
    {
        Steps = [new() { Name = "shadow", MirrorPermille = 500, MinRequests = 100 }, new() { Name = "half", TrafficPermille = 500, MinRequests = 1000 }],
        BakeSeconds = 4,
        RetainStableSeconds = 0,
    };

    /// <summary>The same, and the last step takes longer than any test.</summary>
    public static void StaysAtHalf(RerankPipelineSpec spec)
    {
        Steps(spec);
        spec.Rollout.Steps[^1].MinRequests = 1_000_000;
    }
}
