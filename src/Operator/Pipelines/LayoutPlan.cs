using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Pipelines;

/// <summary>What shall run so that every live revision can be served.</summary>
internal static class LayoutPlan
{
    private const int MinGracePeriodSeconds = 60;
    private const int GraceAfterRequestSeconds = 30;

    /// <param name="hasTable">Whether routers were told of a routing table before.</param>
    /// <param name="currentReplicas">What the Deployment of a pool asks for now; null when there is none.</param>
    public static PipelineLayout Of(RerankPipeline pipeline, RevisionRoles roles, ManifestContext context, bool hasTable, Func<PoolId, int?> currentReplicas)
    {
        var live = roles.ByProof.Select(r => r.Snapshot).ToList();
        // What serves, and what will: a limit that is lowered holds for a router only once it has left the revisions that allow more.
        var maxBodyBytes = live.Select(s => s.Policy.Limits.MaxBodyBytes).Append(pipeline.Spec.Router.Limits.MaxBodyBytes).Max();
        return new()
        {
            Owner = PipelineOwner.Of(pipeline),
            GracePeriodSeconds = GracePeriod(pipeline, roles),
            Router = new()
            {
                Replicas = pipeline.Spec.Router.Replicas,
                Image = live.FirstOrDefault()?.RunsOn?.Router ?? context.Options.Images.Router,
                Format = live.FirstOrDefault()?.RunsOn?.PodFormat ?? PodFormat.Current,
                HasTable = hasTable || roles.Stable is not null,
                Resources = Filled(
                    context,
                    DesiredRevision.Resources(pipeline.Spec.Router.Resources),
                    DefaultResources.Router(live.SelectMany(s => s.Tiers).Select(t => t.Cache?.MemoryBytes).OfType<long>(), maxBodyBytes)),
                Scheduling = DesiredRevision.Scheduling(pipeline.Spec.Router.Scheduling),
                Sidecars = [.. Sidecars(live).Select(tier => Host(tier, live, s => s.ModelTier(tier, Placement.Sidecar)?.Model, context))],
            },
            Pools = [.. Pools(live).Select(pool => Pool(pipeline, roles, pool, context, currentReplicas))],
        };
    }

    /// <summary>In the order of their names.</summary>
    public static IEnumerable<string> Sidecars(IEnumerable<RevisionSnapshot> live) =>
        live.SelectMany(s => s.ModelTiers(Placement.Sidecar)).Select(t => t.Name).Distinct().Order(StringComparer.Ordinal);

    /// <summary>In the order of their names.</summary>
    public static IEnumerable<PoolId> Pools(IEnumerable<RevisionSnapshot> live) =>
        live.SelectMany(s => s.Pools).Distinct().OrderBy(pool => pool.Component, StringComparer.Ordinal);

    /// <summary>Those whose number of pods an autoscaler chooses, where the cluster has any.</summary>
    public static IEnumerable<TierSpec> AutoscaledTiers(RerankPipelineSpec spec) => spec.Tiers.Where(t => t.Model?.Replicas is { } replicas && replicas.Max > replicas.Min);

    /// <summary>How many pods a pool has. Scaling makes no revision: the spec decides as long as it has the tier.</summary>
    public static ReplicasSnapshot Replicas(RerankPipelineSpec spec, PoolId pool, ModelTierSnapshot model)
    {
        var asked = spec.Tiers.FirstOrDefault(t => t.Name == pool.Tier && t.Model?.Placement == Placement.Pool)?.Model?.Replicas;
        return asked is not null ? new(asked.Min, asked.Max) : model.Replicas ?? new(1, 1);
    }

    private static PoolLayout Pool(RerankPipeline pipeline, RevisionRoles roles, PoolId pool, ManifestContext context, Func<PoolId, int?> currentReplicas)
    {
        var live = InOrder(roles, pool);
        var model = live.Select(s => s.InPool(pool)).First(m => m is not null)!;
        var (min, max) = Replicas(pipeline.Spec, pool, model);
        if (!context.Apis.Autoscalers)
            max = min;
        // Pods that may have to take over from others at any moment are as many as those.
        var least = Math.Clamp(Beside(roles, pool).Select(currentReplicas).Max() ?? min, min, max);
        var replicas = max > min ? Math.Clamp(currentReplicas(pool) ?? least, least, max) : min;
        var host = Host(pool.Tier, live, s => s.InPool(pool), context);
        return new(pool, host, replicas, min, max) { Least = least, CpuOfPod = host.Gpu is null && !DefaultResources.Names(model.Resources, "cpu") ? DefaultResources.AutoscaledCpu : null };
    }

    // Operators before this one had revisions of several shapes in one pool, and its pods followed the newest: they go on to, until these are gone.
    private static IReadOnlyList<RevisionSnapshot> InOrder(RevisionRoles roles, PoolId pool)
    {
        var shapes = roles.Live.Select(r => r.Snapshot).Where(s => s.InPool(pool) is not null).Select(s => s.ShapeOf(s.InPool(pool)!)).ToList();
        return [.. (shapes.All(shape => shape.IsLike(shapes[0])) ? roles.ByProof : roles.Live).Select(r => r.Snapshot)];
    }

    // While two revisions answer, or may at any moment, and have pods of their own for the tier.
    private static List<PoolId> Beside(RevisionRoles roles, PoolId pool)
    {
        Revision?[] arms = roles.Stable is null ? [] : [roles.Stable, RolloutArms.BakesAgainst(roles) ?? roles.Candidate];
        var pools = arms.Select(r => r?.Snapshot.ModelTier(pool.Tier, Placement.Pool)?.Pool).OfType<PoolId>().Distinct().ToList();
        return pools.Count > 1 && pools.Contains(pool) ? pools : [];
    }

    /// <param name="live">Of those that have the tier there, the first decides.</param>
    private static HostLayout Host(string tier, IReadOnlyList<RevisionSnapshot> live, Func<RevisionSnapshot, ModelTierSnapshot?> modelOf, ManifestContext context)
    {
        var all = live.Select(modelOf).OfType<ModelTierSnapshot>().ToList();
        var first = all[0];
        // The pods hold the models of every live revision, so they keep what one of them needs until it is retired.
        var gpu = first.Gpu ?? all.Select(m => m.Gpu).FirstOrDefault(gpu => gpu is not null);
        var (images, engine) = (context.Options.Images, live.First(s => modelOf(s) is not null).RunsOn);
        return new()
        {
            Tier = tier,
            Image = gpu is null ? engine?.Host ?? images.RerankerHost : engine?.HostCuda ?? images.RerankerHostCuda,
            Format = engine?.PodFormat ?? PodFormat.Current,
            Gpu = gpu,
            Claims = [.. all.Select(m => m.Claim).OfType<string>().Distinct().Order(StringComparer.Ordinal)],
            Resources = Filled(context, first.Resources, DefaultResources.Host(hasGpu: gpu is not null)),
            Scheduling = first.Scheduling,
        };
    }

    private static ResourcesSnapshot? Filled(ManifestContext context, ResourcesSnapshot? own, ResourcesSnapshot defaults) =>
        context.Options.DefaultResources ? DefaultResources.Fill(own, defaults) : own;

    // It is in the template of every pod, so that it too follows what has proven itself: until then requests that take longer are cut where a pod is drained.
    private static int GracePeriod(RerankPipeline pipeline, RevisionRoles roles)
    {
        var onTrial = new[] { roles.Candidate, RolloutArms.BakesAgainst(roles) is null ? null : roles.Stable };
        var longest = roles.Live.Except(onTrial).Select(r => r!.Snapshot.Policy.RequestTimeoutMilliseconds).DefaultIfEmpty(pipeline.Spec.Router.RequestTimeoutMilliseconds).Max();
        return Math.Max(MinGracePeriodSeconds, (int)Math.Ceiling(longest / 1000.0) + GraceAfterRequestSeconds);
    }
}
