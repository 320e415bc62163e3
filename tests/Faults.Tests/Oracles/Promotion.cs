using Rerank.Faults.Tests.World;
using Rerank.Operator.Revisions;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>The end of a rollout of the model <c>better</c>.</summary>
internal static class Promotion
{
    /// <summary>It is stable and has baked, and what it replaced is retired: nothing is waited for any more.</summary>
    public static async Task<bool> IsOverAsync(FaultWorld world)
    {
        var revisions = await world.RevisionsAsync();
        var stable = revisions.Where(r => r.Role == RevisionRole.Stable).MaxBy(r => r.Sequence);
        return stable?.Snapshot.Tiers[^1].Model!.Model.Name == "better" && stable.Rollout.BakesAgainst is null
            && revisions.All(r => r.Role is RevisionRole.Stable or RevisionRole.Retired);
    }
}
