using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>How many GPUs a candidate's own pods may ask for. It is asked before they are made; what was made goes on.</summary>
internal static class GpuBudget
{
    /// <returns>Null when the candidate, if any, may be placed.</returns>
    public static Problem? Exceeded(RerankPipelineSpec spec, RevisionRoles roles)
    {
        if (!IsPlacing(roles))
            return null;
        var pools = Pools(spec, roles).ToList();
        var asked = pools.Sum(p => p.Replicas.Min * p.Gpus);
        var allowed = spec.Rollout.Capacity.MaxExtraGPUs;
        return asked <= allowed ? null : new(
            Reasons.InsufficientGPU,
            $"Pods of its own need {asked} GPUs ({string.Join(", ", pools.Select(p => $"tier \"{p.Tier}\": {p.Replicas.Min} pods with {p.Gpus}{p.Why}"))}), and "
                + $"`rollout.capacity.maxExtraGPUs` allows {allowed}. Raise it, or ask for less in `replicas.min` and `gpu.count`{(pools.Any(p => p.Why.Length == 0) ? ", or set `placement` to \"CoResident\"" : "")}.");
    }

    /// <summary>The layout with no more pods for a candidate's own pools than the budget allows, whatever an autoscaler wants.</summary>
    public static PipelineLayout Limit(PipelineLayout layout, RerankPipelineSpec spec, RevisionRoles roles)
    {
        if (roles is not { Stable: not null, Candidate: { RetiredAt: null } })
            return layout;
        var own = Extra(spec, roles);
        var left = spec.Rollout.Capacity.MaxExtraGPUs - layout.Pools.Where(p => own.Contains(p.Id)).Sum(p => p.Min * Gpus(p.Host.Gpu));
        return layout with { Pools = [.. layout.Pools.Select(pool => own.Contains(pool.Id) && pool is { IsAutoscaled: true, Host.Gpu: not null } ? Limited(pool) : pool)] };

        PoolLayout Limited(PoolLayout pool)
        {
            var more = Math.Clamp(left / Gpus(pool.Host.Gpu), 0, pool.Max - pool.Min);
            left -= more * Gpus(pool.Host.Gpu);
            var max = pool.Min + more;
            return pool with { Max = max, Replicas = Math.Min(pool.Replicas, max) };
        }
    }

    // What a revision had when it was stable, it keeps for as long as it is retained anyway.
    private static bool IsPlacing(RevisionRoles roles) => roles is { Stable.IsUnserved: false, Candidate.IsNew: true };

    private static IEnumerable<(string Tier, ReplicasSnapshot Replicas, int Gpus, string Why)> Pools(RerankPipelineSpec spec, RevisionRoles roles)
    {
        var own = Extra(spec, roles);
        return
            from tier in roles.Candidate!.Snapshot.ModelTiers(Placement.Pool)
            let model = tier.Model!
            where own.Contains(tier.Pool) && model.Gpu is not null
            let stable = roles.Stable!.Snapshot
            let beside = stable.ModelTier(tier.Name, Placement.Pool)?.Model
            let why = beside is not null && !stable.ShapeOf(beside).IsLike(roles.Candidate.Snapshot.ShapeOf(model)) ? ", which differ from those that serve" : ""
            select (tier.Name, LayoutPlan.Replicas(spec, tier.Pool, model), Gpus(model.Gpu), why);
    }

    /// <summary>
    /// The pools that count. With `CoResident`, GPUs are extra only where the stable revision has some in the same tier meanwhile: those of a tier that is new, or was without, are what the spec
    /// asks for in the end.
    /// </summary>
    private static HashSet<PoolId> Extra(RerankPipelineSpec spec, RevisionRoles roles) =>
    [
        .. Homes.OwnPools(roles).Where(pool => spec.Rollout.Capacity.Placement == CapacityPlacement.DedicatedPods
            || roles.Stable!.Snapshot.ModelTier(pool.Tier, Placement.Pool)?.Model!.Gpu is not null),
    ];

    private static int Gpus(GpuSnapshot? gpu) => gpu?.Count ?? 0;
}
