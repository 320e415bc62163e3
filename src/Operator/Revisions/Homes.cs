using System.Text.Json;
using Rerank.Operator.Api;
using Rerank.Operator.Names;

namespace Rerank.Operator.Revisions;

/// <summary>
/// Which pods a candidate's pool tiers go to: those of what serves, or pods of their own. Pods that serve are never changed for a candidate, so that a tier whose pods differ has its own
/// with either placement.
/// </summary>
internal static class Homes
{
    /// <summary>The roles that a spec gives to what there is and to what it asks for, each where it belongs.</summary>
    /// <param name="desired">Null when the spec can't be met.</param>
    public static RevisionRoles Settle(IReadOnlyList<Revision> existing, RevisionSnapshot? desired, RolloutSpec rollout, DateTimeOffset now) =>
        Settle(RevisionPlan.Settle(existing, desired, new(rollout.Directives), now), rollout.Capacity.Placement);

    /// <summary>The same roles, with the candidate where it belongs. Once it has begun a step, or is still loaded from before, it stays where it is.</summary>
    public static RevisionRoles Settle(RevisionRoles roles, CapacityPlacement placement)
    {
        if (roles is not { Candidate: { IsNew: true } candidate, Stable: not null })
            return roles;
        var others = roles.Live.Where(r => r.Name != candidate.Name).Select(r => r.Snapshot).ToList();
        var snapshot = candidate.Snapshot.WithHomes(tier => Shared(tier, candidate.Snapshot, others, placement) is { } pool ? pool.Home : Own(tier.Pool, candidate.Name, others));
        return snapshot.Pools.SequenceEqual(candidate.Snapshot.Pools) ? roles : roles with { Candidate = candidate with { Snapshot = snapshot } };
    }

    /// <summary>The pools that only the candidate uses.</summary>
    public static IReadOnlySet<PoolId> OwnPools(RevisionRoles roles) =>
        roles.Candidate is { } candidate
            ? candidate.Snapshot.Pools.Except(roles.Live.Where(r => r.Name != candidate.Name).SelectMany(r => r.Snapshot.Pools)).ToHashSet()
            : new HashSet<PoolId>();

    /// <param name="others">The stable revision first.</param>
    /// <returns>Null when the tier is to have pods of its own.</returns>
    private static PoolId? Shared(TierSnapshot tier, RevisionSnapshot candidate, List<RevisionSnapshot> others, CapacityPlacement placement)
    {
        var shape = candidate.ShapeOf(tier.Model!);
        var alike = (placement == CapacityPlacement.CoResident ? others : others.Take(1))
            .Select(s => (Tier: s.ModelTier(tier.Name, Placement.Pool), Snapshot: s))
            .FirstOrDefault(o => o.Tier is not null && o.Snapshot.ShapeOf(o.Tier.Model!).IsLike(shape));
        return placement == CapacityPlacement.CoResident || (alike.Tier is not null && InPods(alike.Tier.Model!) == InPods(tier.Model!)) ? alike.Tier?.Pool : null;
    }

    /// <summary>All of a tier that its pods show.</summary>
    private static string InPods(ModelTierSnapshot tier) =>
        JsonSerializer.Serialize(
            tier with { Model = tier.Model with { Name = "", Source = new() }, Escalation = null, Credential = null, Replicas = null },
            RevisionJson.Default.ModelTierSnapshot);

    private static string? Own(PoolId current, string revision, List<RevisionSnapshot> others)
    {
        var taken = others.SelectMany(s => s.Pools).ToHashSet();
        IEnumerable<string?> homes = [current.Home, null, revision, .. Enumerable.Range(2, taken.Count).Select(i => $"{revision}-{i}")];
        return homes.First(home => !taken.Contains(current with { Home = home }));
    }
}
